/** Who may have a passkey made automatically: whoever has just given the whole password, in that session, once. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ageProofs } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { type Answer, cookiesOf, jsonType, send, signedInByPassword } from '../support/request.ts';
import { givePasskey } from '../support/seated.ts';
import { confirmPassword, passkeyCookie, stepUp } from '../support/step-up.ts';
import { askForUpgrade, expectNoUpgrade, startUpgrade } from '../support/upgrade.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const authenticator = createAuthenticator();
const wire = createWire();
let running: TestApp;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await givePasskey(running, authenticator);
  return () => running.close();
});
beforeEach(() => running.database.db('sessions').delete());
afterEach(() => void vi.useRealTimers());

const hasFlag = async (Cookie: string) =>
  (await send(running, paths.dashboard, { headers: { Cookie } })).text.includes('data-passkey-upgrade');

const expectRefused = (cookie: string, code?: string) => expectNoUpgrade(running, wire, cookie, code);

describe('the permission is not given', () => {
  it('by a sign-in with a passkey', async () => {
    const cookie = await passkeyCookie(running, authenticator);
    expect(await hasFlag(cookie)).toBe(false);
    await expectRefused(cookie);
  });

  it.each<[string, (cookie: string) => Promise<Answer>]>([
    ['password', (cookie) => confirmPassword(running, cookie, { password: person.password })],
    ['passkey', (cookie) => stepUp(running, cookie, authenticator)],
  ])('by a step-up with the %s', async (_, prove) => {
    const opened = await passkeyCookie(running, authenticator);
    await ageProofs(running, 3_600);
    const cookie = cookiesOf(await prove(opened));
    expect(await hasFlag(cookie)).toBe(false);
    await expectRefused(cookie);
  });

  it('to a guest', async () => {
    const answer = await askForUpgrade(running, '');
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([401, 'signed_out']);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('by what the request says: only true is a wish, and a wish grants nothing', async () => {
    const cookie = await signedInByPassword(running);
    const headers = { ...jsonType, Cookie: cookie };
    for (const conditional of ['true', false]) {
      const body = JSON.stringify({ start: true, conditional });
      const answer = await send(running, paths.passkeyRegistration, { method: 'POST', headers, body });
      expect(answer.status).toBe(400);
    }
    expect(await hasFlag(cookie)).toBe(true);
  });
});

describe('[ASVS 2.3.4] the permission is good once', () => {
  it('also when the start could not be answered', async () => {
    const cookie = await signedInByPassword(running);
    wire.before = ({ path }) => (path === 'registration/initialize' ? brokenAnswer() : undefined);
    const answer = await askForUpgrade(running, cookie);
    wire.mend();
    expect(answer.status).toBe(503);
    await expectRefused(cookie);
  });

  it('in each sign-in for itself: a second start is refused before the service hears of it, and another session of the same person has its own', async () => {
    const [one, other] = [await signedInByPassword(running), await signedInByPassword(running)];
    await startUpgrade(running, one);
    await expectRefused(one);
    await startUpgrade(running, other);
    await expectRefused(other);
  });
});
