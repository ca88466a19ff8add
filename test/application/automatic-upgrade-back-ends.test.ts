/** Nothing is created automatically where the passkey API does not take what that makes, or must not be asked to. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { changeSessions, sessionsOf } from '../support/aged-session.ts';
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import { type PasskeyService, startPasskeyService } from '../support/passkey-service.ts';
import { formType, rowCounts, send, signedInByPassword } from '../support/request.ts';
import { askForUpgrade, expectNoUpgrade, upgrade } from '../support/upgrade.ts';
import { createWire } from '../support/wire.ts';

let service: PasskeyService;
beforeAll(async () => {
  service = await startPasskeyService();
  return () => service.stop();
});

async function withApp(options: TestAppOptions, act: (running: TestApp) => Promise<void>): Promise<void> {
  const running = await startApp(options);
  try {
    await act(running);
  } finally {
    await running.close();
  }
}

const page = async (running: TestApp, Cookie: string) =>
  (await send(running, paths.dashboard, { headers: { Cookie } })).text;

const expectRefused = (running: TestApp, cookie: string) => expectNoUpgrade(running, service, cookie);

const setting = 'Create passkeys automatically';

describe.each<[string, () => Record<string, string>]>([
  ['the embedded API, turned off by the operator', () => ({ PASSKEYS_AUTOMATIC_UPGRADE: 'off' })],
  ['a remote tenant, unless the operator says otherwise', () => service.env],
])('%s', (_, env) => {
  let running: TestApp;
  let cookie: string;
  beforeAll(async () => {
    running = await startApp({ env: env() });
    return () => running.close();
  });
  beforeEach(async () => {
    await running.database.db('sessions').delete();
    cookie = await signedInByPassword(running);
  });

  it('has no flag, no permission and no setting, and creates nothing, whatever is posted', async () => {
    const text = await page(running, cookie);
    expect(text).toContain('Create a passkey');
    expect(text).not.toContain('data-passkey-upgrade');
    expect(text).not.toContain(setting);
    expect((await sessionsOf(running))[0]?.data.upgradeUntil).toBeUndefined();
    await expectRefused(running, cookie);
    // Nor for a session that was given the permission before.
    await changeSessions(running, { upgradeUntil: Date.now() + 60_000 });
    await expectRefused(running, cookie);
    // Nor for whoever turns the setting on that is not there.
    const headers = { ...formType, Cookie: cookie };
    await send(running, paths.automaticPasskeys, { method: 'POST', headers, body: 'automatic=yes' });
    const next = await signedInByPassword(running);
    expect(await page(running, next)).not.toMatch(/data-passkey-upgrade|Create passkeys automatically/);
    await expectRefused(running, next);
  });
});

describe('a remote tenant whose operator turned it on', () => {
  const env = () => ({ ...service.env, PASSKEYS_AUTOMATIC_UPGRADE: 'on' });

  it('has flag, setting and permission', () =>
    withApp({ env: env() }, async (running) => {
      const cookie = await signedInByPassword(running);
      const text = await page(running, cookie);
      expect(text).toContain('data-passkey-upgrade');
      expect(text).toContain(setting);
      expect((await upgrade(running, cookie)).status).toBe(200);
      expect(await page(running, cookie)).toContain('Added automatically');
    }));

  it('is refused where it demands user verification, which must not be loosened', () => {
    const wire = createWire();
    wire.after = async ({ path }, answer) => {
      if (path !== 'registration/initialize') return answer;
      const options = await answer.json();
      options.publicKey.authenticatorSelection.userVerification = 'required';
      return Response.json(options);
    };
    return withApp({ env: env(), wrapTransport: wire.wrapTransport }, async (running) => {
      const cookie = await signedInByPassword(running);
      const before = await rowCounts(running);
      const answer = await askForUpgrade(running, cookie);
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([403, 'upgrade_not_allowed']);
      expect(String(answer.headers['set-cookie'])).not.toContain('ceremony');
      expect(answer.text).not.toContain('challenge');
      // The permission is spent: it is asked for once.
      expect(await rowCounts(running)).toEqual({ ...before, used_challenges: 1 });
      await expectRefused(running, cookie);
    });
  });
});
