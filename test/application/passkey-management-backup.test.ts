/** Backup flags change when somebody turns syncing on or off: that is shown and logged, and refuses nobody. */
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { pseudonym } from '../../src/logger.ts';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type Authenticator, createAuthenticator } from '../support/authenticator.ts';
import { factsOf } from '../support/dashboard.ts';
import { cookiesOf, send, signedInCookie } from '../support/request.ts';
import { givePasskey } from '../support/seated.ts';
import { passkeyCookie, stepUp } from '../support/step-up.ts';

let running: TestApp;
beforeAll(async () => {
  running = await startApp();
  return () => running.close();
});
beforeEach(() => {
  running.log.length = 0;
});

const add = (authenticator: Authenticator): Promise<string> => givePasskey(running, authenticator);
const facts = async (Cookie: string, id: string) =>
  factsOf((await send(running, paths.dashboard, { headers: { Cookie } })).text, id);
const told = () =>
  running.log
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === 'passkey_backup_state_changed')
    .map(({ reason, ...line }) => {
      expect(line).toMatchObject({ outcome: 'changed', user: expect.stringMatching(/^[0-9a-f]{16}$/) });
      expect(line).toMatchObject({ address: '127.0.0.1', requestId: expect.any(String) });
      return [line.credential, reason];
    });

it('at a sign-in, from backed up to not', async () => {
  const authenticator = createAuthenticator({ flags: { backedUp: true } });
  const id = await add(authenticator);
  expect(await facts(await passkeyCookie(running, authenticator), id)).toEqual([
    'Used for this session',
    'Synced',
  ]);
  expect(told()).toEqual([]);

  authenticator.flags.backedUp = false;
  const cookie = await passkeyCookie(running, authenticator);
  expect(await facts(cookie, id)).toEqual(['Used for this session', 'On one device only']);
  const reason = 'eligible true to true, backed up true to false';
  expect(told()).toEqual([[pseudonym(id), reason]]);
  await passkeyCookie(running, authenticator);
  expect(told()).toHaveLength(1);
});

it('at a sign-in, from a key that could not be copied to one that is', async () => {
  const authenticator = createAuthenticator({ flags: { backupEligible: false, backedUp: false } });
  const id = await add(authenticator);
  Object.assign(authenticator.flags, { backupEligible: true, backedUp: true });
  const cookie = await passkeyCookie(running, authenticator);
  expect(await facts(cookie, id)).toEqual(['Used for this session', 'Synced']);
  expect(told()).toEqual([[pseudonym(id), 'eligible false to true, backed up false to true']]);
});

it('at a step-up, from a key that is synced to one that is on one device only', async () => {
  const authenticator = createAuthenticator();
  const id = await add(authenticator);
  authenticator.flags.backedUp = false;
  const answer = await stepUp(running, await signedInCookie(running), authenticator);
  expect(answer.status).toBe(200);
  expect(await facts(cookiesOf(answer), id)).toEqual(['On one device only']);
  expect(told()).toEqual([[pseudonym(id), 'eligible true to true, backed up true to false']]);
  await passkeyCookie(running, authenticator);
  expect(told()).toHaveLength(1);
});

it('never by an answer that is refused', async () => {
  const authenticator = createAuthenticator();
  await add(authenticator);
  Object.assign(authenticator.flags, { backedUp: false, userVerified: false });
  await expect(passkeyCookie(running, authenticator)).rejects.toThrow('uv_required');
  expect(told()).toEqual([]);
});
