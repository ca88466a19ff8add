/** What an operator does to accounts by command, beside a running application. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noAddressOf } from '../../src/accounts/no-address.ts';
import { paths } from '../../src/paths.ts';
import { person } from '../support/app.ts';
import { runChore } from '../support/chores.ts';
import { withLimits } from '../support/lowered-limits.ts';
import { linkIn } from '../support/mail-server.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { owningPasskey, signedIn } from '../support/seated.ts';
import { rememberEverybody } from '../support/tables.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: MailedApp;
let visitor: Visitor;
let putBack: () => Promise<void>;
beforeAll(async () => {
  running = await startMailedApp();
  putBack = await rememberEverybody(running.database.db);
});
afterAll(() => running.close());
beforeEach(async () => {
  await putBack();
  running.mail.clear();
});
/** The owner of the account is signed in. */
async function seat(): Promise<void> {
  visitor = createVisitor(running);
  await signedIn(running, visitor);
}

const chore = (...args: string[]) => choreUnder({}, ...args);
const choreUnder = (env: Record<string, string>, ...args: string[]) =>
  runChore(args, {
    databaseUrl: running.database.url,
    env: {
      SMTP_URL: running.mail.url,
      ORIGIN: running.origin,
      SECRET_KEYS: running.config.secretKeys.join(','),
      ...env,
    },
  });

describe('chores', () => {
  it('say what there is, when asked and when misunderstood', async () => {
    const help = await chore('help');
    expect([help.code, help.err]).toEqual([0, '']);
    for (const name of [
      'user:create',
      'user:find',
      'user:reset-link',
      'passkeys:list',
      'passkeys:remove',
      'two-factor:off',
      'recovery-codes:new',
      'sessions:end',
      'activity:verify',
      'doctor',
    ])
      expect(help.out).toContain(name);
    for (const args of [['constructor'], ['--what'], ['nonsense', '--help']]) {
      const { code, out, err } = await chore(...args);
      expect([code, out, err]).toEqual([2, '', `There is no command "${args[0]}".\n\n${help.out}`]);
    }
  });

  it('say how one command is used, when asked and when misunderstood', async () => {
    const help = await chore('user:show', '--help');
    expect([help.code, help.out]).toEqual([
      0,
      expect.stringMatching(/^Usage: npm run chores -- user:show EMAIL\n/),
    ]);
    for (const more of [[], ['a', 'b'], ['a', '--print']])
      expect(await chore('user:show', ...more), more.join(' ')).toEqual({ code: 2, out: '', err: help.out });
    expect((await chore('doctor', 'x')).code).toBe(2);
  });

  it.each(['user:show', 'user:reset-link', 'passkeys:list', 'sessions:end'])(
    '%s says that there is no such account',
    async (name) => {
      const refused = { code: 1, out: '', err: 'There is no account with this email address.\n' };
      expect(await chore(name, name === 'user:show' ? 'no address' : 'nobody@example.com')).toEqual(refused);
    },
  );

  it('user:find says who it is that the log names, as user:show does of somebody', async () => {
    await running.createAccount('katherine@example.com', person.password);
    const { out } = await chore('user:show', 'katherine@example.com');
    const [, name = ''] = /^in the log +([0-9a-f]{16})$/m.exec(out) ?? [];
    const found = { code: 0, out: 'katherine@example.com\n', err: '' };
    expect(await chore('user:find', name)).toEqual(found);
    // Everybody is looked through, a piece at a time.
    withLimits({ entriesRead: 1 });
    expect(await chore('user:find', name)).toEqual(found);
    expect(await chore('user:find', name.slice(1))).toMatchObject({
      code: 1,
      err: 'There is no account of this name in the log: deleted, perhaps.\n',
    });
  });

  it('user:show says what somebody has to sign in with, and whom the site asks for a second factor', async () => {
    visitor = createVisitor(running);
    await owningPasskey(running, visitor);
    const { code, out } = await chore('user:show', person.email.toUpperCase());
    expect(code).toBe(0);
    expect(out).toMatch(/email +ada@example.com \(not confirmed\)\n/);
    expect(out).toMatch(/password +yes\npasskeys +[1-9]\nsessions +[1-9]/);
    expect(out).not.toMatch(/argon2/);
    expect(out).toMatch(/^second factor +off$/m);

    // Whom the site asks for one, whether they have chosen it or not: whoever has a passkey.
    const site = { REQUIRE_SECOND_FACTOR: 'password' };
    const asked = await choreUnder(site, 'user:show', person.email);
    expect(asked.out).toMatch(/^second factor {6}required by this site$/m);
    await running.createAccount('dorothy@example.com', person.password);
    const nobody = await choreUnder(site, 'user:show', 'dorothy@example.com');
    expect(nobody.out).toMatch(/^second factor +off$/m);
  });

  it('user:reset-link mails a link that works', async () => {
    const { code, out } = await chore('user:reset-link', person.email);
    expect([code, out]).toEqual([0, expect.stringContaining('goes out with the running server')]);
    const link = await running.newestLink(person.email);
    expect((await createVisitor(running).postForm(link, { way: 'passkey' })).status).toBe(303);
  });

  it('user:reset-link is refused where no mail is sent, and nothing is logged as done', async () => {
    const refused = await runChore(['user:reset-link', person.email], {
      databaseUrl: running.database.url,
      env: { SECRET_KEYS: running.config.secretKeys.join(',') },
    });
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(await running.database.db('activity').where({ event: 'reset_link_made' })).toEqual([]);
    expect(refused.err).toMatch(/^No mail is sent here .* Use --print, and hand the link over yourself\.\n$/);
  });

  it('find an account without an address by what stands in for one, mail it nothing, and promise no mail', async () => {
    const { db } = running.database;
    const { id } = await db('users').where({ email: person.email }).first('id');
    await db('users')
      .where({ id })
      .update({ email: noAddressOf(id) });
    const named = noAddressOf(id).toUpperCase();
    expect((await chore('user:show', named)).out).toContain(`none (here ${noAddressOf(id)})`);
    const refused = await chore('user:reset-link', named);
    expect([refused.code, refused.err.includes('This account has no email address.')]).toEqual([1, true]);
    const { code, out } = await chore('user:reset-link', named, '--print');
    expect([code, out.trim().endsWith('Give it to nobody but the owner of the account.')]).toEqual([0, true]);
  });

  it('user:reset-link --print prints one instead', async () => {
    await seat();
    const { code, out, err } = await chore('user:reset-link', person.email, '--print');
    expect(code).toBe(0);
    const [link = ''] = out.match(/\/password\/reset\/[\w-]{22}/) ?? [];
    expect(err).not.toContain(link.split('/').at(-1));
    const subjects = (await running.mailsTo(person.email)).map(({ subject }) => subject);
    expect(subjects).not.toContain('Reset your password');
    expect(subjects).toContain('A link to reset your password was created');
    expect(out).toContain('The mail goes out with the running server.');
    expect((await visitor.get(paths.activity)).text).toContain('Link to reset the password created');
    const press = () => createVisitor(running).postForm(link, { way: 'passkey' });
    expect([(await press()).status, (await press()).status]).toEqual([303, 410]);
  });

  it('a link that was printed dies when its owner says that it was not them', async () => {
    const { out } = await chore('user:reset-link', person.email, '--print');
    const [link = ''] = out.match(/\/password\/reset\/[\w-]{22}/) ?? [];
    const news = (await running.mailsTo(person.email)).find(({ subject }) =>
      subject?.startsWith('A link to'),
    );
    expect((await createVisitor(running).postForm(linkIn(news), {})).status).toBe(200);
    expect((await createVisitor(running).get(link)).status).toBe(410);
  });

  it('recovery-codes:new and two-factor:off open an account again whose owner has nothing left', async () => {
    const user = () => running.database.db('users').where({ email: person.email });
    const refused = await chore('recovery-codes:new', person.email);
    expect([refused.code, refused.out]).toEqual([1, '']);
    await user().update({ second_factor_at: new Date().toISOString() });
    const made = await chore('recovery-codes:new', person.email);
    const codes = made.out.split('\n').filter((line) => /^[0-9A-Z-]{32}$/.test(line));
    expect([made.code, codes.length]).toEqual([0, 10]);
    for (const code of codes) expect(made.err).not.toContain(code);
    const shown = await chore('user:show', person.email);
    expect(shown.out).toMatch(/second factor +since 20\S+\nrecovery codes +10\n/);
    const owner = createVisitor(running);
    expect((await owner.signIn()).headers.location).toBe(paths.verifySignIn);
    const [code = ''] = codes;
    expect((await owner.postForm(paths.verifySignIn, { code })).headers.location).toBe(paths.dashboard);
    const off = await chore('two-factor:off', person.email);
    expect([off.code, off.out]).toEqual([
      0,
      expect.stringMatching(/^The password is enough again\. The mail/),
    ]);
    expect((await chore('two-factor:off', person.email)).out).toBe('It was off already.\n');
    expect((await createVisitor(running).signIn()).headers.location).toBe(paths.dashboard);
    const subjects = (await running.mailsTo(person.email)).map(({ subject }) => subject);
    expect(subjects).toEqual(
      expect.arrayContaining([
        'New recovery codes were created',
        'No passkey is asked for after your password',
      ]),
    );
    expect((await user().first()).recovery_set).toBeNull();
  });

  it('passkeys:list and passkeys:remove do that, for their owner alone, who is told', async () => {
    await seat();
    const { body } = await visitor.createPasskey();
    const { id, name } = body.passkey;
    const listed = await chore('passkeys:list', person.email);
    expect(listed.out).toContain(`${id}  ${name}  created 20`);
    expect(listed.out).not.toContain('only after the password');
    await running.database.db('passkey_api_credentials').where({ id }).update({ is_mfa: true });
    const limited = await chore('passkeys:list', person.email);
    expect(limited.out).toMatch(/not used yet {2}only after the password$/m);
    await running.createAccount('grace@example.com', 'nanoseconds-of-wire-1906');
    const foreign = await chore('passkeys:remove', 'grace@example.com', id);
    expect([foreign.code, foreign.err]).toEqual([1, 'There is no such passkey.\n']);

    await running.mailsTo(person.email);
    running.mail.clear();
    const removed = await chore('passkeys:remove', person.email, id);
    expect([removed.code, removed.out]).toEqual([
      0,
      `Removed ${name}. The mail goes out with the running server.\n`,
    ]);
    expect((await chore('passkeys:list', person.email)).out).not.toContain(id);
    expect((await running.mailsTo(person.email)).map(({ subject }) => subject)).toEqual([
      'A passkey was deleted',
    ]);
    expect((await visitor.get(paths.activity)).text).toContain('whoever runs this site');
  });

  it('passkeys:remove takes an id that begins with a hyphen for an id', async () => {
    const { code, err } = await chore('passkeys:remove', person.email, '-ZXCVasdfQWER');
    expect([code, err]).toEqual([1, 'There is no such passkey.\n']);
  });

  it('passkeys:remove leaves the last way in', async () => {
    await seat();
    const { db } = running.database;
    const { id } = (await visitor.createPasskey()).body.passkey;
    await db('users').where({ email: person.email }).update({ password_hash: null, email_verified_at: null });
    const refused = await chore('passkeys:remove', person.email, id);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('only way to sign in')]);
    expect((await chore('passkeys:list', person.email)).out).toContain(id);
  });

  it('[ASVS 7.4.5] sessions:end signs somebody out everywhere, who is told', async () => {
    await seat();
    const { code, out } = await chore('sessions:end', person.email);
    expect([code, out]).toEqual([0, expect.stringMatching(/^Ended [1-9]\d* sessions?\. The mail goes out/)]);
    expect((await visitor.get(paths.dashboard)).status).toBe(303);
    expect((await running.mailsTo(person.email)).at(-1)?.subject).toBe('Sessions were ended');
    running.mail.clear();
    const made = await chore('user:reset-link', person.email, '--print');
    const link = paths.resetPassword(/password\/reset\/(\S+)/.exec(made.out)?.[1] ?? '');
    expect((await createVisitor(running).get(link)).status).toBe(200);
    await running.mailsTo(person.email);
    running.mail.clear();
    expect(await chore('sessions:end', person.email)).toEqual({
      code: 0,
      out: 'There was no session. Links that were mailed before work no more.\n',
      err: '',
    });
    expect((await createVisitor(running).get(link)).status).toBe(410);
    expect(await running.mailsTo(person.email)).toEqual([]);
  });
});
