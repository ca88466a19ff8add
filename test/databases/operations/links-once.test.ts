/** A mailed link works once, also when two processes get it at the same moment. */
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { type Actor, actingIn, createActor, newBrowser, place } from '../../support/acting.ts';
import type { TestApp } from '../../support/app.ts';
import { cheapHash } from '../../support/cheap-hash.ts';
import { heldUp } from '../../support/held-up.ts';
import { isRefusal } from '../../support/operation-scenarios.ts';
import { startTwice } from '../../support/two-processes.ts';

let first: TestApp;
let second: TestApp;
let hash: string;
beforeAll(async () => {
  const both = await startTwice({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
  ({ first, second } = both);
  hash = await cheapHash('chosen-for-these-tests');
  return both.close;
});

let owner: Actor;
let people = 0;
beforeEach(async () => {
  owner = await createActor(first);
});

/** Has a link mailed, and says how it is used. */
type Use = () => Promise<(process: TestApp) => Promise<unknown>>;

const uses: Record<string, Use> = {
  'confirms an address': async () => {
    await first.database.db('users').where({ id: owner.userId }).update({ email_verified_at: null });
    await first.app.operations.requestConfirmation(owner.requester, owner.email, place);
    const secret = await owner.newestLink('confirm-email');
    return ({ app }) => app.operations.confirmEmail(secret, place);
  },
  'resets a password': async () => {
    await first.app.operations.requestReset(owner.email, place);
    const secret = await owner.newestLink('reset-password');
    return ({ app }) => app.operations.resetPassword(secret, hash, newBrowser, '', place);
  },
  'makes a device known': async () => {
    await first.app.operations.requestKnownDevice(owner.email, place);
    const secret = await owner.newestLink('known-device');
    return ({ app }) => app.operations.useKnownDevice(secret, place);
  },
  'changes the address': async () => {
    const email = `once-${++people}@example.com`;
    await first.app.operations.requestEmailChange(owner.requester, email, place);
    const secret = await owner.newestLink('change-email', email);
    return ({ app }) => app.operations.confirmEmailChange(secret, owner.requester, place);
  },
  'secures the account': async () => {
    await owner.createPasskey();
    const secret = await owner.newestLink('lockdown');
    return ({ app }) => app.operations.secureAccount(secret, place);
  },
  'completes a sign-up': async () => {
    const email = `once-${++people}@example.com`;
    await first.app.operations.beginSignUp(`browser of ${email}`, { email, passwordHash: hash }, place);
    const secret = await actingIn(first).newestSecret('sign-up', email);
    return ({ app }) =>
      app.operations.completeSignUp(secret, { browser: null, chosenHash: hash, former: null }, '', place);
  },
};

it.each(Object.keys(uses))(
  '[ASVS 15.4.2] a link that %s works for one of two who use it at once, and never again',
  async (which) => {
    const use = await (uses[which] as Use)();
    const results = await heldUp(
      [first, second].map((process) => ({ db: process.database.db, act: () => use(process) })),
      'at once',
    );
    const answers = results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason));
    expect(answers.map(isRefusal).sort()).toEqual([false, true]);
    expect(isRefusal(await use(first))).toBe(true);
  },
);
