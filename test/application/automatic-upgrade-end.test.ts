/** When nothing is created automatically any more: after ten minutes, and when somebody does not want it. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pseudonym } from '../../src/logger.ts';
import { paths } from '../../src/paths.ts';
import { ageProofs, changeSessions, sessionsOf } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { finishRegistration } from '../support/ceremonies.ts';
import { eve } from '../support/person.ts';
import { cookiesOf, formType, rowCounts, send, signedInByPassword } from '../support/request.ts';
import { confirmPassword } from '../support/step-up.ts';
import { askForUpgrade, expectNoUpgrade, startUpgrade, unattended, upgrade } from '../support/upgrade.ts';
import { createWire } from '../support/wire.ts';

const wire = createWire();
let running: TestApp;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await running.createAccount(eve.email, eve.password);
  return () => running.close();
});
beforeEach(async () => {
  await running.database.db('sessions').delete();
  await running.database.db('users').update({ automatic_passkeys: true });
});
afterEach(() => void vi.useRealTimers());

const page = async (Cookie: string) => (await send(running, paths.dashboard, { headers: { Cookie } })).text;
const hasFlag = async (Cookie: string) => (await page(Cookie)).includes('data-passkey-upgrade');
const save = (Cookie: string, body: string) =>
  send(running, paths.automaticPasskeys, { method: 'POST', headers: { ...formType, Cookie }, body });

const expectRefused = (cookie: string, code?: string) => expectNoUpgrade(running, wire, cookie, code);

describe('the permission ends', () => {
  it('after ten minutes; no step-up brings it back', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const cookie = await signedInByPassword(running);
    await changeSessions(running, { upgradeUntil: Date.now() });
    await expectRefused(cookie);
    const other = await signedInByPassword(running);
    await changeSessions(running, { upgradeUntil: Date.now() + 1 });
    await startUpgrade(running, other);

    await changeSessions(running, { upgradeUntil: Date.now() - 1_000 });
    await ageProofs(running, 10 * 60 + 1);
    await expectRefused(cookie, 'reauth_required');
    const renewed = cookiesOf(await confirmPassword(running, cookie, { password: person.password }));
    await expectRefused(renewed);
  });

  it('ten minutes after the sign-in, not after the last visit', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const cookie = await signedInByPassword(running);
    await hasFlag(cookie);
    const [session] = await sessionsOf(running);
    expect(session?.data.upgradeUntil).toBe(Date.now() + 10 * 60_000);
  });

  it('with the session', async () => {
    const cookie = await signedInByPassword(running);
    await running.database.db('sessions').delete();
    expect((await askForUpgrade(running, cookie)).status).toBe(401);
  });
});

describe('the setting "Create passkeys automatically"', () => {
  const ticked = 'name="automatic" value="yes" checked';

  it('is on until somebody turns it off', async () => {
    const text = await page(await signedInByPassword(running));
    expect(text).toContain(ticked);
    expect(text).toContain('<label for="automatic">Create passkeys automatically</label>');
  });

  it('turned off, takes the flag and the permission at once', async () => {
    const cookie = await signedInByPassword(running);
    const answer = await save(cookie, '');
    expect([answer.status, answer.headers.location]).toEqual([303, paths.dashboard]);
    const text = await page(cookie);
    expect(text).toContain('Passkeys are no longer created automatically.');
    expect(text).not.toContain('data-passkey-upgrade');
    expect(text).not.toContain(ticked);
    await expectRefused(cookie);
  });

  it('turned off, also counts in the other browsers in which one has just signed in', async () => {
    const [one, other] = [await signedInByPassword(running), await signedInByPassword(running)];
    await save(one, '');
    await expectRefused(other);
  });

  it('turned off while an upgrade is under way, takes nothing of it: 403, no passkey and no letter', async () => {
    const [one, other] = [await signedInByPassword(running), await signedInByPassword(running)];
    const { cookie, options } = await startUpgrade(running, one);
    const answer = unattended().create(options, running.origin);
    await save(other, '');
    const before = await rowCounts(running);
    wire.calls.length = 0;
    const refused = await finishRegistration(running, cookie, answer);
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([403, 'upgrade_not_allowed']);
    // Whether it may come is asked when the service has it: what it has is deleted again.
    expect(wire.calls).toContain('POST registration/finalize');
    expect(wire.calls.filter((call) => call.startsWith('DELETE'))).toHaveLength(1);
    // The challenge is spent, and nothing else is left but the note of the deletion, which a sweep forgets.
    const left = { used_challenges: 1, pending_deletions: 1 };
    const expected = Object.entries(left).map(([table, more]) => [table, (before[table] ?? 0) + more]);
    expect(await rowCounts(running)).toEqual({ ...before, ...Object.fromEntries(expected) });
  });

  it('stays off: the next password sign-ins give no permission', async () => {
    await save(await signedInByPassword(running), '');
    const cookie = await signedInByPassword(running);
    expect(await hasFlag(cookie)).toBe(false);
    expect((await sessionsOf(running)).at(-1)?.data.upgradeUntil).toBeUndefined();
    await expectRefused(cookie);
  });

  it('turned on again, works from the next sign-in on', async () => {
    const cookie = await signedInByPassword(running);
    await save(cookie, '');
    await save(cookie, 'automatic=yes');
    const text = await page(cookie);
    expect(text).toContain('Passkeys are created automatically.');
    expect(text).toContain(ticked);
    expect(text).not.toContain('data-passkey-upgrade');
    expect((await upgrade(running, await signedInByPassword(running))).status).toBe(200);
  });

  it('is turned off by an empty value as by none', async () => {
    const cookie = await signedInByPassword(running);
    expect((await save(cookie, 'automatic=')).status).toBe(303);
    expect(await page(cookie)).not.toContain(ticked);
  });

  it.each(['automatic=no', 'automatic=yes&automatic=yes'])(
    'takes a clear yes or nothing at all; else it stays as it is: %s',
    async (body) => {
      const cookie = await signedInByPassword(running);
      expect((await save(cookie, body)).status).toBe(400);
      expect(await page(cookie)).toContain(ticked);
    },
  );

  it('is a matter of one account alone', async () => {
    await save(await signedInByPassword(running), '');
    expect(await hasFlag(await signedInByPassword(running, eve))).toBe(true);
  });

  it('[ASVS 16.3.1] is logged with who and what', async () => {
    const cookie = await signedInByPassword(running);
    running.log.length = 0;
    await save(cookie, '');
    await save(cookie, 'automatic=yes');
    const user = pseudonym((await sessionsOf(running))[0]?.data.userId ?? '');
    const told = running.log
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === 'automatic_passkeys_changed');
    expect(told).toEqual(
      ['off', 'on'].map((reason) => expect.objectContaining({ outcome: 'changed', reason, user })),
    );
  });
});
