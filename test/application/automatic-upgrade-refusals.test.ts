/**
 * What the finish of an automatic upgrade refuses: presence may be missing there and nowhere else, and nothing but it. All
 * of it is in src/passkeys/gate/gate-leniency.test.ts and test/databases/passkeys/upgrade.test.ts; here is one of each answer.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ageProofs, sessionsOf } from '../support/aged-session.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { finishRegistration, startRegistration } from '../support/ceremonies.ts';
import { withClientData, withCredentialId } from '../support/credential-surgery.ts';
import { eve } from '../support/person.ts';
import { type Answer, signedInByPassword } from '../support/request.ts';
import { registered } from '../support/step-up.ts';
import { startUpgrade, unattended } from '../support/upgrade.ts';
import { createWire } from '../support/wire.ts';

const wire = createWire();
let running: TestApp;
let cookie: string;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await running.createAccount(eve.email, eve.password);
  return () => running.close();
});
beforeEach(async () => {
  for (const table of ['sessions', 'passkey_api_credentials', 'passkey_records'])
    await running.database.db(table).delete();
  cookie = await signedInByPassword(running);
});
afterEach(() => {
  wire.mend();
  vi.useRealTimers();
});

const stored = async () => ({
  passkeys: await running.database.db('passkey_api_credentials').select(),
  records: await running.database.db('passkey_records').select(),
});
const finishCalls = () => wire.calls.filter((call) => call === 'POST registration/finalize');

type Refusal = { status: number; code: string; heard?: number };

/** No passkey, no record, no cookie; and the service hears of it only where it is the judge. */
async function expectRefused(
  finish: () => Promise<Answer>,
  { status, code, heard = 0 }: Refusal,
): Promise<void> {
  const [before, sessions] = [await stored(), await sessionsOf(running)];
  wire.calls.length = 0;
  const answer = await finish();
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([status, code]);
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect(finishCalls()).toHaveLength(heard);
  expect(await stored()).toEqual(before);
  expect(await sessionsOf(running)).toEqual(sessions);
}

describe('an ordinary challenge', () => {
  it.each([
    [{ userPresent: false, userVerified: false }, 'not_verified'],
    [{ userVerified: false }, 'uv_required'],
  ])('takes no answer with %o', async (flags, code) => {
    const ceremony = await startRegistration(running, cookie);
    const answer = createAuthenticator({ flags }).create(ceremony.options, running.origin);
    await expectRefused(() => finishRegistration(running, ceremony.cookie, answer), { status: 422, code });
  });
});

describe("the challenge of an upgrade doesn't take", () => {
  it('another origin', async () => {
    const { cookie: ceremony, options } = await startUpgrade(running, cookie);
    const answer = unattended().create(options, running.origin);
    const foreign = withClientData(answer, { origin: 'https://evil.example' });
    const refusal = { status: 422, code: 'not_verified' };
    await expectRefused(() => finishRegistration(running, ceremony, foreign), refusal);
  });

  it('another session of the same person', async () => {
    const { cookie: ceremony, options } = await startUpgrade(running, cookie);
    const session = (await signedInByPassword(running)).split('; ');
    const carried = [...session, ...ceremony.split('; ')].filter(firstOfName).join('; ');
    const answer = unattended().create(options, running.origin);
    const refusal = { status: 409, code: 'challenge_expired' };
    await expectRefused(() => finishRegistration(running, carried, answer), refusal);
  });

  it('a proof that has run out since the start', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    await ageProofs(running, 10 * 60 - 1);
    const { cookie: ceremony, options } = await startUpgrade(running, cookie);
    const answer = unattended().create(options, running.origin);
    vi.setSystemTime(Date.now() + 2_000);
    const refusal = { status: 403, code: 'reauth_required' };
    await expectRefused(() => finishRegistration(running, ceremony, answer), refusal);
  });

  it.each([
    ['own passkey, which stays as good as it was', undefined],
    ['passkey of somebody else', eve],
  ])('the id of an %s', async (_, owner) => {
    const session = owner ? await signedInByPassword(running, owner) : cookie;
    const existing = await registered(running, session, createAuthenticator());
    const id = new Uint8Array(Buffer.from(existing, 'base64url'));
    // Also where nothing more is known of the passkey: an ordinary one must not become an automatic one.
    for (const forget of [false, true]) {
      if (forget) await running.database.db('passkey_records').delete();
      cookie = await signedInByPassword(running);
      const { cookie: ceremony, options } = await startUpgrade(running, cookie);
      const answer = withCredentialId(unattended().create(options, running.origin), id);
      // An own one is in the list that was read before; the service is asked about all others.
      const heard = owner ? 1 : 0;
      const refusal = { status: 409, code: 'already_registered', heard };
      await expectRefused(() => finishRegistration(running, ceremony, answer), refusal);
    }
  });
});

/** A browser has one cookie of a name: here the first that is listed. */
function firstOfName(pair: string, at: number, all: string[]): boolean {
  const nameOf = (text = '') => text.split('=')[0];
  return all.findIndex((other) => nameOf(other) === nameOf(pair)) === at;
}
