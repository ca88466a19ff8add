import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PasskeyServiceFault } from '../../../src/passkeys/hanko/service-errors.ts';
import type { Person, PlaceHint } from '../../../src/passkeys/passkeys.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { withOuter } from '../../support/credential-surgery.ts';
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
beforeAll(async () => {
  running = await startPasskeys();
  return () => running.database.drop();
});
beforeEach(() => {
  ada = somebody();
});
afterEach(() => running.wire.mend());

const stored = async ({ id }: Person): Promise<string[]> =>
  running.database.db('passkey_api_credentials').where({ user_id: id }).pluck('id');
const asked = () => running.wire.calls.filter((call) => call === 'POST registration/finalize');

/** A creation that has been started and answered. */
async function answered(flags = {}, extensions: object = {}) {
  const started = await running.begin(ada);
  const honest = createAuthenticator({ flags }).create(started.options, relyingParty.origin);
  const answer = withOuter(honest, { clientExtensionResults: extensions });
  running.wire.calls.length = 0;
  return { id: answer.id, started, answer, finish: () => running.finish(ada, started, answer) };
}

describe('the options', () => {
  const begun = async (place?: PlaceHint) =>
    (await running.passkeys.beginRegistration(ada, place, source)).options.publicKey as object;

  it('want a passkey that signs in alone, by a user who is verified, and are otherwise the service’s', async () => {
    const own = await running.create(ada);
    const { options, expiresIn } = await running.begin(ada);
    expect(options.publicKey).toEqual({
      rp: { id: 'localhost', name: 'Test' },
      user: {
        id: Buffer.from(ada.id).toString('base64url'),
        name: ada.email,
        displayName: expect.any(String),
      },
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
      timeout: expiresIn * 1_000,
      excludeCredentials: [{ type: 'public-key', id: own }],
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: 'none',
      extensions: { credProps: true },
    });
  });

  it.each([
    ['security-key', 'cross-platform'],
    ['hybrid', 'cross-platform'],
    ['client-device', 'platform'],
  ] as const)(
    'say where it is wanted, also to browsers without hints: %s, so %s',
    async (place, attachment) => {
      expect(await begun(place)).toMatchObject({
        hints: [place],
        authenticatorSelection: { authenticatorAttachment: attachment, userVerification: 'required' },
      });
    },
  );

  it('leave it to the browser when nobody says so', async () => {
    const { authenticatorSelection, ...others } = (await begun()) as { authenticatorSelection: object };
    expect(others).not.toHaveProperty('hints');
    expect(authenticatorSelection).not.toHaveProperty('authenticatorAttachment');
  });
});

describe('the record of a passkey that was created on purpose', () => {
  it.each([
    ['without a word on that', {}, null, true],
    ['that is found without being named', { credProps: { rk: true } }, true, true],
    ['that is not', { credProps: { rk: false } }, false, false],
  ])('says of one %s whether it signs in alone', async (_, extensions, discoverable, alone) => {
    const { id, finish } = await answered({}, extensions);
    expect(await finish()).toMatchObject({ id, automatic: false });
    expect(await running.records.find(ada.id, id)).toMatchObject({
      automatic: false,
      vouched: true,
      discoverable,
      lastDevice: null,
    });
    expect(await running.passkeys.find(ada.id, id)).toMatchObject({
      signsInAlone: alone,
      vouched: true,
    });
  });

  it('has the backup flags that the authenticator told', async () => {
    const flags = { backupEligible: true, backedUp: false };
    const { id, finish } = await answered(flags);
    await finish();
    expect((await running.records.find(ada.id, id))?.backup).toEqual(flags);
  });

  it('is there before the service is asked, so that no list seems complete meanwhile', async () => {
    const { id, finish } = await answered();
    let listed: string | undefined;
    running.wire.before = async ({ path }) => {
      if (path !== 'registration/finalize') return undefined;
      expect(await running.records.find(ada.id, id)).not.toBeNull();
      listed = await outcomeOf(running.passkeys.acceptedIds(ada.id));
      return undefined;
    };
    await finish();
    expect(listed).toBe('passkey_service_unavailable');
    expect(await running.passkeys.acceptedIds(ada.id)).toEqual([id]);
  });

  it('stays when the answer of the service is lost, and says that nobody has confirmed it', async () => {
    const { id, finish } = await answered();
    running.wire.after = ({ path }, answer) => {
      if (path === 'registration/finalize') throw new PasskeyServiceFault('network');
      return answer;
    };
    expect(await outcomeOf(finish())).toBe('passkey_service_unavailable');
    running.wire.mend();
    expect(await stored(ada)).toEqual([id]);
    expect(await running.passkeys.acceptedIds(ada.id)).toEqual([id]);
    expect(await running.records.find(ada.id, id)).toMatchObject({ automatic: false, confirmed: false });
  });

  it('goes when the service refuses the passkey', async () => {
    const { id, finish } = await answered();
    await running.database.db('passkey_api_challenges').delete();
    expect(await outcomeOf(finish())).toBe('registration_refused');
    expect(asked()).toHaveLength(1);
    expect([await stored(ada), await running.records.find(ada.id, id)]).toEqual([[], null]);
  });
});

describe('an answer is refused, without a record and without a call', () => {
  it.each([
    ['when nobody was present', { userPresent: false }, 'registration_refused'],
    [
      'when nobody was present or verified',
      { userPresent: false, userVerified: false },
      'registration_refused',
    ],
    ['when the user was not verified', { userVerified: false }, 'uv_required'],
  ])('%s', async (_, flags, code) => {
    const { id, finish } = await answered(flags);
    expect(await outcomeOf(finish())).toBe(code);
    expect([running.wire.calls, await running.records.find(ada.id, id)]).toEqual([[], null]);
  });

  it.each<[string, Partial<Person>]>([
    ['somebody else', { id: somebody().id }],
    ['another sign-in of the same person', { signInId: 'another' }],
    ['the same person, in whose account trust has ended since', { epoch: 1 }],
  ])('when it is presented by %s', async (_, other) => {
    const { started, answer } = await answered();
    const outcome = await outcomeOf(running.finish({ ...ada, ...other }, started, answer));
    expect([outcome, running.wire.calls]).toEqual(['challenge_expired', []]);
    expect((await running.finish(ada, started, answer)).id).toBe(answer.id);
  });

  it('when its challenge was one for signing in', async () => {
    const { options, ticket } = await running.passkeys.beginSignIn();
    const { started } = await answered();
    const publicKey = { ...started.options.publicKey, ...{ challenge: ticket.challenge } };
    const answer = createAuthenticator().create({ publicKey }, relyingParty.origin);
    const outcome = await outcomeOf(running.finish(ada, { ...started, options, ticket }, answer));
    expect([outcome, running.wire.calls]).toEqual(['challenge_expired', []]);
  });
});
