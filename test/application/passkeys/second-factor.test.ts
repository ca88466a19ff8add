import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PasskeyApiRefusal } from '../../../src/passkeys/hanko/service-errors.ts';
import type { Person } from '../../../src/passkeys/passkeys.ts';
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import { withResponse } from '../../support/credential-surgery.ts';
import {
  outcomeOf,
  relyingParty,
  somebody,
  source,
  startPasskeys,
  type TestPasskeys,
} from '../../support/passkeys.ts';

let running: TestPasskeys;
let ada: Person;
let grace: Person;
let laptop: Authenticator;
/** Of Ada's passkey on the laptop. */
let own: string;
beforeAll(async () => {
  running = await startPasskeys();
  return () => running.database.drop();
});
beforeEach(async () => {
  [ada, grace] = [somebody(), somebody('grace@example.com')];
  laptop = createAuthenticator();
  own = await running.create(ada, laptop);
  running.wire.calls.length = 0;
});
afterEach(() => running.wire.mend());

const begin = async (person = ada) => {
  const { options, ...rest } = await running.passkeys.beginSecondFactor(person);
  const publicKey = options.publicKey as { challenge: string; allowCredentials: { id: string }[] };
  return { ...rest, publicKey };
};
const offered = async () => (await begin()).publicKey.allowCredentials.map(({ id }) => id);
type Begun = Awaited<ReturnType<typeof begin>>;

/** The answer of an authenticator to the challenge alone, whatever the options allow. */
const answerOf = (authenticator: Authenticator, { publicKey: { challenge } }: Begun) =>
  authenticator.get({ publicKey: { challenge, rpId: relyingParty.id } }, relyingParty.origin);
const finish = (begun: Begun, credential: object, person = ada) =>
  running.passkeys.secondFactor(person, credential, [begun.ticket], source);
const lastEvent = () => running.events().at(-1);

/** Makes the service want the user to be verified, as far as its options tell. */
function demandVerification(): void {
  running.wire.after = async ({ path }, answer) => {
    if (path !== 'mfa/login/initialize') return answer;
    const { publicKey } = (await answer.json()) as { publicKey: object };
    return new Response(JSON.stringify({ publicKey: { ...publicKey, userVerification: 'required' } }));
  };
}

describe('the options of a second step', () => {
  it('name the own passkeys, only them, prefer the user to be verified, and come with a ticket for this purpose, person, waiting sign-in and epoch', async () => {
    const second = await running.create(ada);
    await running.create(grace);
    const { publicKey, ticket, expiresIn } = await begin();
    expect(publicKey).toEqual({
      challenge: ticket.challenge,
      timeout: expiresIn * 1_000,
      rpId: relyingParty.id,
      allowCredentials: expect.any(Array),
      userVerification: 'preferred',
    });
    const allowed = publicKey.allowCredentials.map(({ id }) => id);
    expect(allowed.toSorted()).toEqual([own, second].toSorted());
    expect(running.wire.calls).toContain('POST mfa/login/initialize');
    expect(ticket).toMatchObject({
      purpose: 'second factor',
      userId: ada.id,
      signInId: ada.signInId,
      epoch: ada.epoch,
    });
  });

  it('want the user to be verified where the service does', async () => {
    demandVerification();
    expect((await begin()).publicKey).toMatchObject({ userVerification: 'required' });
  });

  it('name none that was created automatically and has stood beside no other proof', async () => {
    const automatic = await running.upgrade(ada);
    expect(await offered()).toEqual([own]);
    await running.passkeys.vouch(running.database.db, ada.id, automatic);
    expect((await offered()).toSorted()).toEqual([own, automatic].toSorted());
  });

  it('name none that is deleted, and none that is not registered to its end', async () => {
    const [gone, coming] = [await running.create(ada), await running.create(ada)];
    await running.passkeys.delete(running.database.db, ada.id, gone);
    const key = { user_id: ada.id, credential_id: coming };
    await running.database.db('passkey_records').where(key).update({ confirmed: false });
    expect(await offered()).toEqual([own]);
  });

  it('are not there, and no challenge is made, for whoever has nothing that counts', async () => {
    const [nothing, careful] = [somebody(), somebody()];
    await running.upgrade(careful);
    running.wire.calls.length = 0;
    for (const person of [nothing, careful]) expect(await outcomeOf(begin(person))).toBe('not_found');
    expect(new Set(running.wire.calls)).toEqual(new Set(['GET credentials']));
  });

  it('are never without a list, which would let any passkey answer', async () => {
    running.wire.after = async ({ path }, answer) => {
      if (path !== 'mfa/login/initialize') return answer;
      const { publicKey } = (await answer.json()) as { publicKey: object };
      const allowCredentials = [{ type: 'public-key', id: 'another' }];
      return new Response(JSON.stringify({ publicKey: { ...publicKey, allowCredentials } }));
    };
    expect(await outcomeOf(begin())).toBe('not_found');
  });
});

describe('a second step', () => {
  it('passes with an own passkey, and says which, for its use to be noted', async () => {
    const begun = await begin();
    const use = await finish(begun, answerOf(laptop, begun));
    expect(use).toMatchObject({ userId: ada.id, credentialId: own });
    expect(running.wire.calls).toContain('POST mfa/login/finalize');
    expect(running.wire.calls).not.toContain('POST login/finalize');
  });

  it('passes without the user being verified, and without a user handle', async () => {
    laptop.flags.userVerified = false;
    for (const userHandle of [undefined, null, '']) {
      const begun = await begin();
      const answer = withResponse(answerOf(laptop, begun), { userHandle });
      expect(await outcomeOf(finish(begun, answer))).toBe('done');
    }
  });

  it('passes never without the user being present', async () => {
    Object.assign(laptop.flags, { userPresent: false, userVerified: false });
    const begun = await begin();
    running.wire.calls.length = 0;
    expect(await outcomeOf(finish(begun, answerOf(laptop, begun)))).toBe('sign_in_refused');
    expect(running.wire.calls).toEqual([]);
  });

  it('asks for verification where the service refuses without, and nobody is told that it is set up wrong', async () => {
    laptop.flags.userVerified = false;
    running.wire.before = async ({ path }) => {
      if (path !== 'mfa/login/finalize') return undefined;
      throw new PasskeyApiRefusal(401, {
        title: 'failed to validate assertion',
        details: 'Error validating the authenticator response',
      });
    };
    const begun = await begin();
    expect(await outcomeOf(finish(begun, answerOf(laptop, begun)))).toBe('uv_required');
    expect(running.events().map(({ event }) => event)).not.toContain('passkey_service_misconfigured');
  });

  it('is refused with somebody else’s passkey, whoever its handle names, and with one that nobody has', async () => {
    const phone = createAuthenticator();
    await running.create(grace, phone);
    for (const userHandle of [undefined, Buffer.from(ada.id).toString('base64url')]) {
      const begun = await begin();
      const answer = answerOf(phone, begun);
      expect(await outcomeOf(finish(begun, answer))).toBe('sign_in_refused');
      const again = await begin();
      const claimed = withResponse(answerOf(phone, again), { userHandle });
      expect(await outcomeOf(finish(again, claimed))).toBe('sign_in_refused');
      expect(lastEvent()).toMatchObject({
        event: 'second_factor_refused',
        reason: 'the passkey belongs to another account',
        ...source,
      });
    }
    await running.remove(ada, own);
    await running.create(ada);
    const begun = await begin();
    expect(await outcomeOf(finish(begun, answerOf(laptop, begun)))).toBe('credential_unknown');
  });

  it('has to begin anew when another passkey that was offered is deleted meanwhile', async () => {
    const other = await running.create(ada);
    const begun = await begin();
    await running.remove(ada, other);
    expect(await outcomeOf(finish(begun, answerOf(laptop, begun)))).toBe('challenge_expired');
    expect(lastEvent()).toMatchObject({ reason: 'a passkey that was offered is gone' });
    const again = await begin();
    expect(await outcomeOf(finish(again, answerOf(laptop, again)))).toBe('done');
  });

  it('of somebody else cannot be passed with an own passkey', async () => {
    await running.create(grace);
    const begun = await begin(grace);
    expect(await outcomeOf(finish(begun, answerOf(laptop, begun), grace))).toBe('sign_in_refused');
  });

  it('is refused with a passkey that was created automatically, and the service is not asked', async () => {
    const phone = createAuthenticator({ flags: { userPresent: false, userVerified: false } });
    await running.upgrade(ada, phone);
    Object.assign(phone.flags, { userPresent: true, userVerified: true });
    const begun = await begin();
    running.wire.calls.length = 0;
    expect(await outcomeOf(finish(begun, answerOf(phone, begun)))).toBe('sign_in_refused');
    expect(running.wire.calls).toEqual([]);
    expect(lastEvent()).toMatchObject({ reason: 'nothing has vouched for the passkey' });
  });

  it('believes the token alone: of this person, this passkey, from this answer', async () => {
    const begun = await begin();
    running.wire.after = async ({ path }, answer) =>
      path === 'mfa/login/finalize' ? new Response(JSON.stringify({ token: 'x.y.z' })) : answer;
    expect(await outcomeOf(finish(begun, answerOf(laptop, begun)))).toBe('sign_in_refused');
    expect(lastEvent()).toMatchObject({ event: 'passkey_token_rejected' });
    running.wire.after = async ({ path }, answer) =>
      path === 'mfa/login/finalize' ? new Response('{}') : answer;
    const again = await begin();
    expect(await outcomeOf(finish(again, answerOf(laptop, again)))).toBe('passkey_service_unavailable');
  });
});

describe('the ticket of a second step', () => {
  it('is good once, for this person, epoch and waiting sign-in', async () => {
    const begun = await begin();
    const answer = answerOf(laptop, begun);
    running.wire.calls.length = 0;
    for (const other of [{ epoch: 1 }, { signInId: 'another' }, { id: grace.id }])
      expect(await outcomeOf(finish(begun, answer, { ...ada, ...other }))).toBe('challenge_expired');
    expect(running.wire.calls).toEqual([]);
    expect(await outcomeOf(finish(begun, answer))).toBe('done');
    expect(await outcomeOf(finish(begun, answer))).toBe('challenge_expired');
  });

  it('finishes no other ceremony, and no other ticket finishes this one', async () => {
    const { passkeys } = running;
    const begun = await begin();
    const answer = answerOf(laptop, begun);
    const stepUp = await passkeys.beginStepUp(ada, true);
    const signIn = await passkeys.beginSignIn();
    running.wire.calls.length = 0;
    const tickets = [begun.ticket];
    const attempts = [
      passkeys.stepUp(ada, answer, tickets, true, source),
      passkeys.identify(answer, tickets, async () => 0, source),
      passkeys.register(ada, answer, tickets, 'Chrome on macOS', source),
    ].map(outcomeOf);
    for (const attempt of attempts) expect(await attempt).toBe('challenge_expired');
    for (const { ticket, options } of [stepUp, signIn]) {
      const foreign = laptop.get(options, relyingParty.origin);
      const attempt = passkeys.secondFactor(ada, foreign, [ticket], source);
      expect(await outcomeOf(attempt)).toBe('challenge_expired');
    }
    expect(running.wire.calls).toEqual([]);
  });
});
