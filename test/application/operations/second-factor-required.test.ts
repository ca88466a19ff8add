/** A site that asks everybody who has a passkey for it after the password, whatever they have chosen. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../../../src/accounts/user.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import { aMoment } from '../../support/a-moment.ts';
import { newBrowser, password, pendingIn, place, requesterOf, signedInBy } from '../../support/acting.ts';
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';
import { haveHadThemForLong, secondStepsIn } from '../../support/second-step.ts';

let running: TestOperations;
let steps: ReturnType<typeof secondStepsIn>;
beforeAll(async () => {
  running = await startOperations({ requiresSecondFactor: true });
  steps = secondStepsIn(running);
});
afterAll(() => running.database.drop());

let ada: User;
let own: Requester;
let laptop: Authenticator;
beforeEach(async () => {
  await running.empty();
  ada = await running.createAccount('ada@example.com');
  own = await running.enter(ada);
  laptop = createAuthenticator();
});

const enter = () => running.operations.signInWithPassword({ email: ada.email, password }, newBrowser, place);
const off = (who: Requester | { userId: string; operator: true } = own) =>
  running.operations.turnOffSecondFactor(who, null, place);
const operator = () => ({ userId: ada.id, operator: true }) as const;

describe('whoever has a passkey', () => {
  beforeEach(async () => {
    await running.addPasskey(ada, own, laptop);
  });

  it('is asked for it after the password', async () => {
    const { session } = await steps.completeWithPasskey(pendingIn(await enter()), laptop);
    expect(session.data.provenBy).toBe('second_factor');
  });

  it('is asked after a mailed link, and in a step-up by password', async () => {
    await running.operations.requestReset(ada.email, place);
    const secret = await running.newestSecret('reset-password');
    pendingIn(await running.operations.resetPassword(secret, null, newBrowser, '', place));
    const { user, session } = await steps.completeWithPasskey(pendingIn(await enter()), laptop);
    const held = { ...own, signInId: session.data.signInId, id: session.id, data: {}, unprovenOpener: null };
    const steppedUp = (code: string) =>
      running.operations.confirmWithPassword(held, { user, password, code, device: null }, place);
    expect([await steppedUp(' '), await steppedUp('0000-0000')]).toEqual(['missing_code', 'malformed_code']);
  });

  it('can neither turn that off, nor have it turned off, but have recovery codes', async () => {
    expect([await off(), await off(operator())]).toEqual(['required', 'required']);
    const { codes } = (await running.operations.renewRecoveryCodes(own, place)) ?? expect.fail();
    expect((await running.account(ada.id)).secondFactorAt).toBeNull();
    const pending = pendingIn(await enter());
    expect(await steps.completeWithCode(pending, codes[0] ?? '')).toMatchObject({ user: { id: ada.id } });
  });

  it('is asked no more when the passkey is gone, and an operator can turn off what was chosen', async () => {
    await running.operations.turnOnSecondFactor(own, place);
    const [{ id } = { id: '' }] = await running.passkeys.listFor(ada.id);
    await running.operations.deletePasskey(own, id, false, place);
    pendingIn(await enter());
    expect(await off(operator())).toBe('off');
    signedInBy(await enter());
  });

  it('is asked after “This wasn’t me” only for a passkey older than any letter; otherwise the mailed link lets in', async () => {
    const back = async (event: 'password_changed' | 'sessions_ended') => {
      await aMoment();
      const { changePassword, endOtherSessions } = running.operations;
      if (event === 'sessions_ended') await endOtherSessions(own, place);
      else await changePassword(own, 'a hash of the thief', place);
      await aMoment();
      await running.operations.secureAccount(await running.notMe(event), place);
      const secret = await running.newestSecret('reset-password');
      return running.operations.resetPassword(secret, null, newBrowser, '', place);
    };
    own = requesterOf(signedInBy(await back('password_changed')));
    await haveHadThemForLong(running.database.db);
    await steps.completeWithPasskey(pendingIn(await back('sessions_ended')), laptop);
  });

  it('that proves nothing by itself is not asked', async () => {
    await running.database.db('passkey_records').update({ vouched: false });
    signedInBy(await enter());
  });
});

it('whoever has none comes in with the password', async () => {
  expect(signedInBy(await enter()).session.data.provenBy).toBe('password');
});
