/** Keys that were registered for a second factor alone. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../../src/limits.ts';
import { isLockedOut, type Person, waysIn } from '../../../src/passkeys/passkeys.ts';
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
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
let key: Authenticator;
beforeAll(async () => {
  running = await startPasskeys();
  return () => running.database.drop();
});
beforeEach(() => {
  ada = somebody();
  key = createAuthenticator({
    attachment: 'cross-platform',
    flags: { userVerified: false, backupEligible: false, backedUp: false },
  });
  running.wire.calls.length = 0;
});
afterEach(() => running.wire.mend());

type Options = {
  challenge: string;
  authenticatorSelection: object;
  excludeCredentials: { id: string }[];
};
const begin = async (place?: 'security-key') => {
  const { options, ...rest } = await running.passkeys.beginSecondFactorRegistration(ada, place, source);
  return { ...rest, options, publicKey: options.publicKey as Options };
};
type Begun = Awaited<ReturnType<typeof begin>>;
const finish = (credential: object, { ticket }: Pick<Begun, 'ticket'>, person = ada) =>
  running.passkeys.registerSecondFactor(person, credential, [ticket], 'Chrome on macOS', source);
const create = ({ options }: Begun, authenticator = key) =>
  authenticator.create(options, relyingParty.origin);

describe('the options of such a key', () => {
  it('ask for nothing but a key, wherever it is, and no statement of what it is', async () => {
    const { publicKey, ticket } = await begin();
    expect(publicKey).toMatchObject({
      challenge: ticket.challenge,
      user: { name: ada.email, displayName: ada.email },
      authenticatorSelection: {
        residentKey: 'discouraged',
        requireResidentKey: false,
        userVerification: 'preferred',
      },
      attestation: 'none',
    });
    expect(publicKey.authenticatorSelection).not.toHaveProperty('authenticatorAttachment');
    expect(ticket).toMatchObject({ purpose: 'second factor registration', userId: ada.id });
    expect(running.wire.calls).toContain('POST mfa/registration/initialize');
  });

  it('want the user to be verified where the service does, and the key where its owner wants it', async () => {
    running.wire.after = async ({ path }, answer) => {
      if (path !== 'mfa/registration/initialize') return answer;
      const { publicKey } = (await answer.json()) as { publicKey: object };
      const authenticatorSelection = { userVerification: 'required' };
      return new Response(JSON.stringify({ publicKey: { ...publicKey, authenticatorSelection } }));
    };
    expect((await begin('security-key')).publicKey).toMatchObject({
      authenticatorSelection: {
        userVerification: 'required',
        residentKey: 'discouraged',
        authenticatorAttachment: 'cross-platform',
      },
      hints: ['security-key'],
    });
  });

  it('exclude the keys of both kinds, as those of a passkey do', async () => {
    const both = [await running.create(ada), await running.createSecondFactor(ada, key)].toSorted();
    const { options } = await running.begin(ada);
    for (const { excludeCredentials } of [(await begin()).publicKey, options.publicKey as Options])
      expect(excludeCredentials.map(({ id }) => id).toSorted()).toEqual(both);
  });

  it('are not there for whoever has as many keys as there may be, whatever their kind', async () => {
    const begun = await begin();
    const id = await running.createSecondFactor(ada);
    const [row] = await running.database.db('passkey_api_credentials').where({ id }).select();
    const more = Array.from({ length: limits.passkeysOfAccount - 1 }, (_, at) => ({
      ...row,
      id: `${at}-${id}`,
    }));
    await running.database.db.batchInsert('passkey_api_credentials', more, 20);
    const attempts = [begin(), running.begin(ada), finish(create(begun), begun)].map(outcomeOf);
    for (const attempt of attempts) expect(await attempt).toBe('too_many_passkeys');
  });
});

describe('such a key', () => {
  it('is kept with a record as any other, opens nothing before it is confirmed, and is listed for what it is', async () => {
    const begun = await begin();
    const made = await finish(create(begun), begun);
    expect(made).toMatchObject({ name: 'Passkey · Chrome on macOS', automatic: false });
    expect(running.wire.calls).toContain('POST mfa/registration/finalize');
    expect(running.wire.calls).not.toContain('POST registration/finalize');
    expect(await running.passkeys.listFor(ada.id)).toEqual([]);
    expect(await outcomeOf(running.passkeys.beginSecondFactor(ada))).toBe('not_found');
    await running.passkeys.confirm(running.database.db, ada.id, made.id);
    expect(await running.records.find(ada.id, made.id)).toMatchObject({
      vouched: true,
      discoverable: false,
      automatic: false,
      backup: { backupEligible: false, backedUp: false },
    });
    const listed = await running.passkeys.listFor(ada.id);
    expect(listed).toMatchObject([{ id: made.id, signsInAlone: false, secondFactorOnly: true }]);
    const nothing = { password: false, email: false, secondFactor: null };
    expect(isLockedOut(waysIn(nothing, listed))).toBe(true);
  });

  it('is a second step, though nobody was verified', async () => {
    const id = await running.createSecondFactor(ada, key);
    const { options, ticket } = await running.passkeys.beginSecondFactor(ada);
    expect(options.publicKey).toMatchObject({ allowCredentials: [{ type: 'public-key', id }] });
    const answer = key.get(options, relyingParty.origin);
    const use = await running.passkeys.secondFactor(ada, answer, [ticket], source);
    expect(use).toMatchObject({ userId: ada.id, credentialId: id });
  });

  it('opens nothing alone, also with its user verified: no sign-in and no step-up', async () => {
    const id = await running.createSecondFactor(ada, key);
    await running.create(ada);
    key.flags.userVerified = true;
    const signIn = await running.passkeys.beginSignIn();
    const answer = key.get(signIn.options, relyingParty.origin);
    const identified = running.passkeys.identify(answer, [signIn.ticket], async () => 0, source);
    expect(await outcomeOf(identified)).toBe('sign_in_refused');
    const stepUp = await running.passkeys.beginStepUp(ada, true);
    const allowed = (stepUp.options.publicKey as { allowCredentials: { id: string }[] }).allowCredentials;
    expect(allowed.map((item) => item.id)).not.toContain(id);
    const publicKey = { ...stepUp.options.publicKey, allowCredentials: [] };
    const forced = key.get({ publicKey }, relyingParty.origin);
    const steppedUp = running.passkeys.stepUp(ada, forced, [stepUp.ticket], true, source);
    expect(await outcomeOf(steppedUp)).not.toBe('done');
  });

  it('is deleted as any other, and is none of anybody else', async () => {
    const id = await running.createSecondFactor(ada, key);
    expect(await outcomeOf(running.passkeys.find(somebody().id, id))).toBe('not_found');
    await running.remove(ada, id);
    expect(await running.passkeys.listFor(ada.id)).toEqual([]);
    expect(running.wire.calls).toContain(`DELETE credentials/${id}`);
    expect(await running.records.find(ada.id, id)).toBeNull();
  });

  it('is taken back with all that came since', async () => {
    const before = new Date();
    const id = await running.createSecondFactor(ada, key);
    const since = await running.passkeys.since(running.database.db, ada.id, before);
    expect(since).toEqual([id]);
  });
});

describe('the ticket of such a registration', () => {
  it('makes no passkey, and that of a passkey makes no such key', async () => {
    const begun = await begin();
    const passkey = await running.begin(ada);
    const [one, other] = [create(begun), createAuthenticator().create(passkey.options, relyingParty.origin)];
    running.wire.calls.length = 0;
    const attempts = [
      running.passkeys.register(ada, one, [begun.ticket], 'Chrome on macOS', source),
      finish(other, passkey),
      finish(one, begun, { ...ada, signInId: 'another' }),
      finish(one, begun, somebody()),
    ].map(outcomeOf);
    for (const attempt of attempts) expect(await attempt).toBe('challenge_expired');
    expect(running.wire.calls).toEqual([]);
    expect(await outcomeOf(finish(one, begun))).toBe('done');
    expect(await outcomeOf(finish(one, begun))).toBe('challenge_expired');
  });

  it('is spent by a key whose owner was not there, and leaves nothing behind', async () => {
    key.flags.userPresent = false;
    const begun = await begin();
    expect(await outcomeOf(finish(create(begun), begun))).toBe('registration_refused');
    expect(running.wire.calls).not.toContain('POST mfa/registration/finalize');
    expect(await running.records.listFor(ada.id)).toEqual([]);
  });
});
