/** What whoever has used a recovery code is told, and where whoever used the last one is led. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashOfCode } from '../../src/accounts/recovery-codes.ts';
import { paths } from '../../src/paths.ts';
import { ageProofs } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { askedForPasskey, rememberSeats } from '../support/seated.ts';
import { codesIn } from '../support/second-factor.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: TestApp;
beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());

const account = { ...person, email: 'owner@example.com' };
let owner: Visitor;
let codes: string[];
let again: () => Promise<[Visitor]>;
beforeAll(async () => {
  await running.createAccount(account.email, account.password);
  owner = createVisitor(running);
  codes = await askedForPasskey(running, owner, account);
  await running.database.db('rate_limits').delete();
  again = await rememberSeats(running, owner);
});
beforeEach(async () => {
  [owner] = await again();
});

const ownId = async (): Promise<string> =>
  (await running.database.db('users').where({ email: account.email }).first('id')).id;

/** Their passkey is gone: whatever they prove, they prove with a code. */
async function losesPasskey(): Promise<void> {
  await running.database
    .db('passkey_api_credentials')
    .where({ user_id: await ownId() })
    .delete();
}

/** All codes but one are used. @returns that one */
async function hasOneLeft(): Promise<string> {
  const [last = ''] = codes;
  await running.database
    .db('recovery_codes')
    .where({ user_id: await ownId() })
    .whereNot({ code_hash: hashOfCode(last) })
    .delete();
  return last;
}

async function leftPending(returnTo = '') {
  const visitor = createVisitor(running);
  const more = returnTo === '' ? {} : { return_to: returnTo };
  await visitor.signIn({ ...account, ...more });
  const giveCode = async (code: string) => {
    await running.database.db('rate_limits').delete();
    return visitor.postForm(paths.verifySignIn, { code, ...more });
  };
  return { ...visitor, giveCode };
}

const used = (left: number) => `You used a recovery code. You have ${left} left.`;
const usedLast =
  'You used your last recovery code. Until you have new ones, you cannot sign in without a passkey.';
const newCodes = (returnTo: string) =>
  `${paths.recoveryCodes}?${new URLSearchParams({ return_to: returnTo })}`;

describe('whoever signs in with a recovery code', () => {
  it('is told so once, on whichever page they come to', async () => {
    for (const [index, wanted] of [paths.dashboard, paths.data].entries()) {
      const visitor = await leftPending(wanted);
      const { location = '' } = (await visitor.giveCode(codes[index] ?? '')).headers;
      expect(location).toBe(wanted);
      expect((await visitor.agent.head(location)).status, wanted).toBe(200);
      const page = await visitor.get(location);
      expect(page.text, wanted).toContain(
        `<p class="note" role="status">${used(9 - index)} <a href="${paths.recoveryCodes}">Create new ones</a></p>`,
      );
      expect((await visitor.get(location)).text, wanted).not.toContain('You used a recovery code');
    }
  });

  it('is led to new ones after the last, and from there to where they wanted to go', async () => {
    const last = await hasOneLeft();
    await losesPasskey();
    const visitor = await leftPending(paths.data);
    const { location = '' } = (await visitor.giveCode(last)).headers;
    expect(location).toBe(newCodes(paths.data));
    const page = await visitor.get(location);
    expect(page.text).toContain(`<p class="note" role="status">${usedLast}</p>`);
    expect(page.text).toContain('You have none left.');
    expect(page.text).toContain(`<a class="button quiet" href="${paths.data}">Not now</a>`);
    expect(page.text).toContain(`action="${location.replaceAll('&', '&amp;')}"`);
    const made = await visitor.postForm(location);
    expect(made.headers.location).toBe(location);
    const shown = await visitor.get(location);
    expect(codesIn(shown.text)).toHaveLength(10);
    expect(shown.text).toContain(`<a href="${paths.data}">I have saved them</a>`);
  });
});

describe('a step-up with a recovery code', () => {
  const confirm = (code: string) =>
    owner.postForm(paths.reauth, { password: account.password, code, return_to: paths.password });

  it('goes on where somebody was, who is told how many are left', async () => {
    await ageProofs(running, 601, account.email);
    expect((await confirm(codes[0] ?? '')).headers.location).toBe(paths.password);
    expect((await owner.get(paths.password)).text).toContain(used(9));
  });

  it('leads to new ones after the last, so that whoever has no passkey any more can come in again', async () => {
    const last = await hasOneLeft();
    await losesPasskey();
    await ageProofs(running, 601, account.email);
    const { location = '' } = (await confirm(last)).headers;
    expect(location).toBe(newCodes(paths.password));
    expect((await owner.get(location)).text).toContain(usedLast);
    await owner.postForm(location);
    expect(codesIn((await owner.get(location)).text)).toHaveLength(10);
  });
});

describe('[ASVS 3.7.2] the way on from new recovery codes', () => {
  it('leads nowhere else', async () => {
    for (const foreign of ['//evil.example', 'javascript:alert(1)']) {
      const made = await owner.postForm(newCodes(foreign));
      expect(made.headers.location, foreign).toBe(newCodes(paths.dashboard));
      for (const path of [newCodes(foreign), newCodes(foreign)]) {
        const { text } = await owner.get(path);
        expect(text).not.toMatch(/evil\.example|alert\(1\)/);
        expect(text, foreign).toContain(`href="${paths.dashboard}"`);
      }
    }
  });
});

describe('a code that is sent once more, as by a double click', () => {
  it('leads again to where the first answer led: also the last one', async () => {
    const twice = async (code: string, wanted: string) => {
      const visitor = await leftPending(paths.data);
      expect((await visitor.giveCode(code)).headers.location).toBe(wanted);
      expect((await visitor.giveCode(code)).headers.location).toBe(wanted);
      expect((await visitor.get(wanted)).text).toContain('You used ');
    };
    await twice(codes[1] ?? '', paths.data);
    await twice(await hasOneLeft(), newCodes(paths.data));
  });
});
