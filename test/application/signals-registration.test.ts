/** A list that is older than a passkey which was just made would remove it again: so there is none until its end is known. */
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { PasskeyApiRefusal } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import {
  type Ceremony,
  finishRegistration,
  finishSignIn,
  register,
  startRegistration,
  startSignIn,
} from '../support/ceremonies.ts';
import { withFailing } from '../support/failing-writes.ts';
import { eve } from '../support/person.ts';
import { type Answer, send, signedInByPassword, signedInCookie } from '../support/request.ts';
import { givePasskey } from '../support/seated.ts';
import { registered } from '../support/step-up.ts';
import { startUpgrade, unattended } from '../support/upgrade.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const wire = createWire();
let running: TestApp;
let cookie: string;
let known: string;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await running.createAccount(eve.email, eve.password);
  return () => running.close();
});
beforeEach(async () => {
  for (const table of ['passkey_api_credentials', 'passkey_records'])
    await running.database.db(table).delete();
  cookie = await signedInCookie(running);
  known = await givePasskey(running, createAuthenticator());
});
afterEach(() => wire.mend());

/** Longer than any registration takes. */
const longAgo = () => new Date(Date.now() - 31_000).toISOString();
const signals = (Cookie = cookie) => send(running, paths.passkeySignals, { headers: { Cookie } });
const idsIn = ({ status, text }: Answer): string[] | number =>
  status === 200 ? JSON.parse(text).allAcceptedCredentialIds.sort() : status;

/** The list as it is read in the middle of a registration, when the service is asked to keep the passkey. */
function listMeanwhile(when: 'before' | 'after', whose = () => cookie): (string[] | number)[] {
  const read: (string[] | number)[] = [];
  const look = async (path: string) => {
    if (path === 'registration/finalize') read.push(idsIn(await signals(whose())));
  };
  if (when === 'before')
    wire.before = async ({ path }) => {
      await look(path);
      return undefined;
    };
  else
    wire.after = async ({ path }, answer) => {
      await look(path);
      return answer;
    };
  return read;
}

it.each<[string, () => Promise<Ceremony>, typeof unattended]>([
  ['on purpose', () => startRegistration(running, cookie), createAuthenticator],
  ['automatically', async () => startUpgrade(running, await signedInByPassword(running)), unattended],
])('it is missing while a passkey is being made %s, and whole right afterwards', async (_, start, device) => {
  const ceremony = await start();
  const read = listMeanwhile('before');
  const finish = await finishRegistration(
    running,
    ceremony.cookie,
    device().create(ceremony.options, running.origin),
  );
  expect(read).toEqual([503]);
  const { id } = JSON.parse(finish.text).passkey;
  expect(idsIn(await signals())).toEqual([known, id].sort());
});

it('it is there for everybody else meanwhile', async () => {
  const theirs = await signedInCookie(running, eve);
  const read = listMeanwhile('before', () => theirs);
  await registered(running, cookie, createAuthenticator());
  expect(read).toEqual([[]]);
});

it('it has the passkey as soon as the service has it', async () => {
  const read = listMeanwhile('after');
  const id = await registered(running, cookie, createAuthenticator());
  expect(read).toEqual([[known, id].sort()]);
});

it('it has the passkey whose answer was lost on its way', async () => {
  wire.after = ({ path }, answer) => (path === 'registration/finalize' ? brokenAnswer() : answer);
  const { cookie: ceremony, options } = await startRegistration(running, cookie);
  const credential = createAuthenticator().create(options, running.origin);
  expect((await finishRegistration(running, ceremony, credential)).status).toBe(503);
  wire.mend();
  expect(idsIn(await signals())).toEqual([known, credential.id].sort());
});

it('it is missing after an answer that nobody knows, and whole when it cannot matter any more', async () => {
  wire.before = ({ path }) => (path === 'registration/finalize' ? brokenAnswer() : undefined);
  expect((await register(running, cookie, createAuthenticator())).status).toBe(503);
  wire.mend();
  expect(idsIn(await signals())).toBe(503);
  await running.database.db('passkey_records').update({ created_at: longAgo() });
  expect(idsIn(await signals())).toEqual([known]);
});

it('nor is a passkey called unknown that may only be late', async () => {
  const authenticator = createAuthenticator();
  wire.before = ({ path }) => (path === 'registration/finalize' ? brokenAnswer() : undefined);
  expect((await register(running, cookie, authenticator)).status).toBe(503);
  wire.mend();
  const signIn = async () => {
    const { cookie: ceremony, options } = await startSignIn(running);
    const answer = await finishSignIn(running, ceremony, authenticator.get(options, running.origin));
    return [answer.status, JSON.parse(answer.text).code];
  };
  expect(await signIn()).toEqual([401, 'not_verified']);
  await running.database.db('passkey_records').update({ created_at: longAgo() });
  expect(await signIn()).toEqual([404, 'credential_unknown']);
});

it('it is there at once after a refusal', async () => {
  wire.before = ({ path }) => {
    if (path !== 'registration/finalize') return undefined;
    throw new PasskeyApiRefusal(400, { title: 'unable to validate', details: 'no', status: 400 });
  };
  expect((await register(running, cookie, createAuthenticator())).status).toBe(422);
  wire.mend();
  expect(idsIn(await signals())).toEqual([known]);
});

it('begins anew at once when the last step of a registration has failed by a fault of ours', async () => {
  const activity = { verb: 'INSERT', table: 'activity' } as const;
  const failed = await withFailing(running.database.db, activity, () =>
    register(running, cookie, createAuthenticator()),
  );
  expect(failed.status).toBe(500);
  const { publicKey } = (await startRegistration(running, cookie)).options;
  expect(publicKey).toMatchObject({ excludeCredentials: [{ id: known }] });
  expect(await running.database.db('passkey_api_credentials').pluck('id')).toEqual([known]);
});
