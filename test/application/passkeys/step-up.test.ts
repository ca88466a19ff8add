import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../../src/passkeys/passkeys.ts';
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import {
  outcomeOf,
  relyingParty,
  somebody,
  source,
  startPasskeys,
  type TestPasskeys,
} from '../../support/passkeys.ts';
import { unattended } from '../../support/upgrade.ts';

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

const begin = async (provenBefore: boolean, person = ada) => {
  const { options, ...rest } = await running.passkeys.beginStepUp(person, provenBefore);
  const publicKey = options.publicKey as { challenge: string; allowCredentials: { id: string }[] };
  return { ...rest, publicKey };
};
const offered = async (provenBefore: boolean) =>
  (await begin(provenBefore)).publicKey.allowCredentials.map(({ id }) => id);

describe('the options of a step-up', () => {
  it('name the own passkeys, only them, want the user to be verified, and come with a ticket for this purpose, person, sign-in and epoch', async () => {
    const second = await running.create(ada);
    await running.create(grace);
    const { publicKey, ticket, expiresIn } = await begin(true);
    expect(publicKey).toEqual({
      challenge: ticket.challenge,
      timeout: expiresIn * 1_000,
      rpId: relyingParty.id,
      allowCredentials: expect.any(Array),
      userVerification: 'required',
    });
    const allowed = publicKey.allowCredentials.toSorted((a, b) => a.id.localeCompare(b.id));
    const ids = [own, second].toSorted((a, b) => a.localeCompare(b));
    expect(allowed).toEqual(ids.map((id) => ({ type: 'public-key', id })));
    expect(ticket).toMatchObject({
      purpose: 'reauth',
      userId: ada.id,
      signInId: ada.signInId,
      epoch: ada.epoch,
    });
  });

  it('name one that nothing has vouched for only where something else was proved before', async () => {
    const automatic = await running.upgrade(ada);
    expect(await offered(false)).toEqual([own]);
    expect((await offered(true)).toSorted()).toEqual([own, automatic].toSorted());
    await running.passkeys.vouch(running.database.db, ada.id, automatic);
    expect((await offered(false)).toSorted()).toEqual([own, automatic].toSorted());
  });

  it('name none that is deleted, none that is not registered to its end, and none kept for a second factor', async () => {
    const [gone, coming] = [await running.create(ada), await running.create(ada)];
    await running.passkeys.delete(running.database.db, ada.id, gone);
    const key = { user_id: ada.id, credential_id: coming };
    await running.database.db('passkey_records').where(key).update({ confirmed: false });
    await running.createSecondFactor(ada);
    expect(await offered(true)).toEqual([own]);
  });

  it('are not there, and no challenge is made, for whoever has nothing that counts', async () => {
    const [nothing, careful, secondOnly] = [somebody(), somebody(), somebody()];
    await running.upgrade(careful);
    await running.createSecondFactor(secondOnly);
    running.wire.calls.length = 0;
    expect(await outcomeOf(begin(true, nothing))).toBe('not_found');
    expect(await outcomeOf(begin(false, careful))).toBe('not_found');
    expect(await outcomeOf(begin(true, secondOnly))).toBe('not_found');
    expect(new Set(running.wire.calls)).toEqual(new Set(['GET credentials']));
  });

  it('are never without a list, which would let any passkey answer', async () => {
    running.wire.after = async ({ path }, answer) => {
      if (path !== 'login/initialize') return answer;
      const { publicKey } = (await answer.json()) as { publicKey: object };
      const allowCredentials = [{ type: 'public-key', id: 'another' }];
      return new Response(JSON.stringify({ publicKey: { ...publicKey, allowCredentials } }));
    };
    expect(await outcomeOf(begin(true))).toBe('not_found');
  });
});

describe('a step-up', () => {
  it('has to begin anew when another passkey that was offered is deleted meanwhile', async () => {
    const other = await running.create(ada);
    const { ticket, publicKey } = await begin(true);
    await running.remove(ada, other);
    const assertion = laptop.get({ publicKey }, relyingParty.origin);
    const attempt = running.passkeys.stepUp(ada, assertion, [ticket], true, source);
    expect(await outcomeOf(attempt)).toBe('challenge_expired');
  });
});

describe('a step-up with a passkey that nothing has vouched for', () => {
  let phone: Authenticator;
  let automatic: string;
  beforeEach(async () => {
    phone = unattended();
    automatic = await running.upgrade(ada, phone);
    Object.assign(phone.flags, { userPresent: true, userVerified: true });
  });

  const stepUp = async (provenBefore: boolean) => {
    const { ticket } = await begin(provenBefore);
    const publicKey = { challenge: ticket.challenge, rpId: relyingParty.id };
    const assertion = phone.get({ publicKey }, relyingParty.origin);
    running.wire.calls.length = 0;
    return outcomeOf(running.passkeys.stepUp(ada, assertion, [ticket], provenBefore, source));
  };

  it('is refused where nothing else was proved, and the service is not asked', async () => {
    expect(await stepUp(false)).toBe('sign_in_refused');
    expect(running.wire.calls).toEqual([]);
    expect(running.events().at(-1)).toMatchObject({
      event: 'step_up_refused',
      reason: 'nothing has vouched for the passkey',
    });
  });

  it('is taken where something else was, and makes it no better by itself: the operation does', async () => {
    expect(await stepUp(true)).toBe('done');
    expect(await running.records.find(ada.id, automatic)).toMatchObject({
      vouched: false,
      lastDevice: null,
    });
  });

  it('is refused when the user was not verified, whatever was proved before', async () => {
    phone.flags.userVerified = false;
    expect(await stepUp(true)).toBe('uv_required');
  });
});
