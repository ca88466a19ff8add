import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../../../src/accounts/user.ts';
import type { CurrentSession } from '../../../src/operations/confirm-identity.ts';
import type { SignedIn } from '../../../src/operations/sign-in.ts';
import { password, place, requesterOf } from '../../support/acting.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';
import { relyingParty } from '../../support/passkeys.ts';

let running: TestOperations;
let ada: User;
let held: CurrentSession;
beforeAll(async () => {
  running = await startOperations();
});
afterAll(() => running.database.drop());
beforeEach(async () => {
  await running.empty();
  ada = await running.createAccount('ada@example.com');
  held = heldOf(await running.signIn(ada.email));
  running.log.length = 0;
});

/** A session as a request has read it, whose proof is an old one. */
function heldOf(signedIn: SignedIn): CurrentSession {
  const { id, data } = signedIn.session;
  return {
    ...requesterOf(signedIn),
    id,
    data: { ...data, authenticatedAt: 0, flash: 'Hello.' },
    unprovenOpener: null,
  };
}

const confirm = (typed = password) => running.operations.confirmWithPassword(held, typing(ada, typed), place);
const typing = (user: User, typed: string) => ({ user, password: typed, code: '', device: null });
const rows = () => running.database.db('sessions').select();

describe('confirmWithPassword', () => {
  it('[ASVS 7.2.4] gives the session an id that nobody has seen, and a new proof; all else stays', async () => {
    const [before] = await rows();
    const startedAt = Date.now();
    const confirmed = await confirm();
    const { id, data } =
      (typeof confirmed === 'object' ? confirmed.renamed : null) ?? expect.fail('it was not renamed');
    expect(Buffer.from(id, 'base64url')).toHaveLength(32);
    expect(data).toEqual({ ...held.data, authenticatedAt: expect.any(Number) });
    expect((data as { authenticatedAt: number }).authenticatedAt).toBeGreaterThanOrEqual(startedAt);
    expect(await running.sessions.find(held.id)).toBeNull();
    expect(await running.sessions.find(id)).toMatchObject({ data, user: ada });
    const [after, ...others] = await rows();
    expect(others).toEqual([]);
    expect(after).toMatchObject({ created_at: before.created_at, expires_at: before.expires_at });
    expect(running.events()).toMatchObject([{ event: 'step_up', outcome: 'success', method: 'password' }]);
  });

  it('of two at once names the session once', async () => {
    const both = await Promise.all([confirm(), confirm()]);
    expect(both.map((answer) => typeof answer === 'object' && answer.renamed !== null).toSorted()).toEqual([
      false,
      true,
    ]);
    expect(await rows()).toHaveLength(1);
  });

  it('does nothing for a wrong password, or the right one of somebody else', async () => {
    const grace = await running.createAccount('grace@example.com', 'nanoseconds-of-wire-1906');
    expect(await confirm('wrong')).toBe('password');
    const typed = typing(grace, 'nanoseconds-of-wire-1906');
    const hers = running.operations.confirmWithPassword(held, typed, place);
    expect(await hers).toBe('password');
    expect(await running.sessions.find(held.id)).not.toBeNull();
    expect(
      running
        .events()
        .map(({ event }) => event)
        .filter((name) => name === 'step_up_refused'),
    ).toHaveLength(2);
  });

  it('is refused in a session that has ended meanwhile, which does not come back', async () => {
    await running.operations.signOut(held, place);
    await expect(confirm()).rejects.toMatchObject({ code: 'signed_out' });
    expect(await rows()).toEqual([]);
  });
});

describe('confirmWithPasskey', () => {
  it('takes no passkey that was judged before the account asked for a second factor', async () => {
    await running.addPasskey(ada, held);
    const authenticator = createAuthenticator();
    const automatic = await running.addPasskey(ada, held, authenticator);
    const record = () => running.database.db('passkey_records').where({ credential_id: automatic });
    await record().update({ automatic: true, vouched: false });

    const person = { ...ada, signInId: held.signInId };
    const { options, ticket } = await running.passkeys.beginStepUp(person, true);
    const answer = authenticator.get(options, relyingParty.origin);
    const proof = await running.passkeys.stepUp(person, answer, [ticket], true, place);
    await running.operations.turnOnSecondFactor(held, place);
    const confirmed = running.operations.confirmWithPasskey(held, proof, place);

    await expect(confirmed).rejects.toMatchObject({ code: 'challenge_expired' });
    expect(Boolean((await record().first()).vouched)).toBe(false);
    expect(await running.sessions.find(held.id), 'the session is not renamed').not.toBeNull();
    expect(running.events().map(({ event }) => event)).toContain('step_up_refused');
  });
});
