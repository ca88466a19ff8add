/** When nothing is created automatically any more: after ten minutes, and when somebody does not want it. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pseudonym } from '../../src/logger.ts';
import { paths } from '../../src/paths.ts';
import { ageProofs, changeSessions, sessionsOf } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { finishRegistration } from '../support/ceremonies.ts';
import { eve } from '../support/person.ts';
import { cookiesOf, formType, rowCounts, send, signedInByPassword } from '../support/request.ts';
import { confirmPassword } from '../support/step-up.ts';
import { askForUpgrade, expectNoUpgrade, startUpgrade, unattended, upgrade } from '../support/upgrade.ts';
import { createWire } from '../support/wire.ts';

const wire = createWire();
let running: TestApp;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await running.createAccount(eve.email, eve.password);
  return () => running.close();
});
beforeEach(async () => {
  await running.database.db('sessions').delete();
  await running.database.db('users').update({ automatic_passkeys: true });
});
afterEach(() => void vi.useRealTimers());

const page = async (Cookie: string) => (await send(running, paths.dashboard, { headers: { Cookie } })).text;
const hasFlag = async (Cookie: string) => (await page(Cookie)).includes('data-passkey-upgrade');
const save = (Cookie: string, body: string) =>
  send(running, paths.automaticPasskeys, { method: 'POST', headers: { ...formType, Cookie }, body });

const expectRefused = (cookie: string, code?: string) => expectNoUpgrade(running, wire, cookie, code);

describe('the permission ends', () => {
  it('after ten minutes; no step-up brings it back', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const cookie = await signedInByPassword(running);
    await changeSessions(running, { upgradeUntil: Date.now() });
    await expectRefused(cookie);
    const other = await signedInByPassword(running);
    await changeSessions(running, { upgradeUntil: Date.now() + 1 });
    await startUpgrade(running, other);

    await changeSessions(running, { upgradeUntil: Date.now() - 1_000 });
    await ageProofs(running, 10 * 60 + 1);
    await expectRefused(cookie, 'reauth_required');
    const renewed = cookiesOf(await confirmPassword(running, cookie, { password: person.password }));
    await expectRefused(renewed);
  });

  it('ten minutes after the sign-in, not after the last visit', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const cookie = await signedInByPassword(running);
    await hasFlag(cookie);
    const [session] = await sessionsOf(running);
    expect(session?.data.upgradeUntil).toBe(Date.now() + 10 * 60_000);
  });

  it('with the session', async () => {
    const cookie = await signedInByPassword(running);
    await running.database.db('sessions').delete();
    expect((await askForUpgrade(running, cookie)).status).toBe(401);
  });
});

describe('the setting "Create passkeys automatically"', () => {
  const ticked = 'name="automatic" value="yes" checked';

  it('[ASVS 16.3.1] is on until somebody turns it off, which takes flag and permission at once, in each of their browsers, and stays', async () => {
    const [cookie, other] = [await signedInByPassword(running), await signedInByPassword(running)];
    const before = await page(cookie);
    expect(before).toContain(ticked);
    expect(before).toContain('<label for="automatic">Create passkeys automatically</label>');
    running.log.length = 0;
    const answer = await save(cookie, '');
    expect([answer.status, answer.headers.location]).toEqual([303, paths.dashboard]);
    const text = await page(cookie);
    expect(text).toContain('Passkeys are no longer created automatically.');
    expect(text).not.toContain('data-passkey-upgrade');
    expect(text).not.toContain(ticked);
    await expectRefused(cookie);
    await expectRefused(other);

    const later = await signedInByPassword(running);
    expect(await hasFlag(later)).toBe(false);
    expect((await sessionsOf(running)).at(-1)?.data.upgradeUntil).toBeUndefined();
    await expectRefused(later);
    expect(await hasFlag(await signedInByPassword(running, eve)), 'of one account alone').toBe(true);

    // Turned on again, it works from the next sign-in on.
    await save(later, 'automatic=yes');
    const again = await page(later);
    expect(again).toContain('Passkeys are created automatically.');
    expect(again).toContain(ticked);
    expect(again).not.toContain('data-passkey-upgrade');
    expect((await upgrade(running, await signedInByPassword(running))).status).toBe(200);
    const user = pseudonym((await sessionsOf(running))[0]?.data.userId ?? '');
    const told = running.log
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === 'automatic_passkeys_changed');
    expect(told).toEqual(
      ['off', 'on'].map((reason) => expect.objectContaining({ outcome: 'changed', reason, user })),
    );
  });

  it('turned off while an upgrade is under way, takes nothing of it: 403, no passkey and no letter', async () => {
    const [one, other] = [await signedInByPassword(running), await signedInByPassword(running)];
    const { cookie, options } = await startUpgrade(running, one);
    const answer = unattended().create(options, running.origin);
    await save(other, '');
    const before = await rowCounts(running);
    wire.calls.length = 0;
    const refused = await finishRegistration(running, cookie, answer);
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([403, 'upgrade_not_allowed']);
    // Whether it may come is asked when the service has it: what it has is deleted again.
    expect(wire.calls).toContain('POST registration/finalize');
    expect(wire.calls.filter((call) => call.startsWith('DELETE'))).toHaveLength(1);
    // The challenge is spent, and nothing else is left but the note of the deletion, which a sweep forgets.
    const left = { used_challenges: 1, pending_deletions: 1 };
    const expected = Object.entries(left).map(([table, more]) => [table, (before[table] ?? 0) + more]);
    expect(await rowCounts(running)).toEqual({ ...before, ...Object.fromEntries(expected) });
  });

  it('takes a clear yes or nothing at all; else it stays as it is', async () => {
    const cookie = await signedInByPassword(running);
    for (const body of ['automatic=no', 'automatic=yes&automatic=yes'])
      expect((await save(cookie, body)).status, body).toBe(400);
    expect(await page(cookie)).toContain(ticked);
    expect((await save(cookie, 'automatic=')).status).toBe(303);
    expect(await page(cookie)).not.toContain(ticked);
  });
});
