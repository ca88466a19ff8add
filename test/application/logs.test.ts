import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutTable } from '../support/answers.ts';
import type { TestApp } from '../support/app.ts';
import { startWithCanaries } from '../support/canaries.ts';
import { send } from '../support/request.ts';
import { secrets } from '../support/secrets.ts';
import { createVisitor } from '../support/visitor.ts';

let running: TestApp;
/** What the walk has left in the log, which other tests empty. */
let walked: string[];
beforeAll(async () => {
  running = await startWithCanaries();
  walked = [...running.log];
}, 30_000);
afterAll(() => running.close());

const eventsOfWalk = () => walked.map((line) => JSON.parse(line)).filter(({ event }) => event !== undefined);

describe('the log', () => {
  it('[ASVS 16.2.5] has no password, cookie, id, challenge, signature, token, key or address of a person in it', () => {
    const log = walked.join('');
    // What people do, and faults with their details: else nothing could be found in it.
    for (const kept of ['"event":"sign_in"', '"level":"error"']) expect(log).toContain(kept);
    expect(secrets.size).toBeGreaterThan(50);
    const found = [...secrets].filter(
      ([, value]) => log.includes(value) || log.includes(encodeURIComponent(value)),
    );
    expect(found).toEqual([]);
  });

  it('[ASVS 16.3.1] has each event of the walk, with its outcome', () => {
    const told = new Set(eventsOfWalk().map(({ event, outcome }) => `${event} ${outcome}`));
    expect([...told].sort()).toEqual([
      'account_created success',
      'automatic_passkeys_changed changed',
      'ceremony_failed_in_browser changed',
      'ceremony_refused refused',
      'confirmation_refused refused',
      'foreign_origin_refused refused',
      'passkey_backup_state_changed changed',
      'passkey_registered success',
      'passkey_registration_refused refused',
      'passkey_removed changed',
      'passkey_renamed changed',
      'pending_deletions_done changed',
      'rate_limited refused',
      'recovery_code_used changed',
      'recovery_codes_made changed',
      'second_factor_asked changed',
      'second_factor_off changed',
      'second_factor_on changed',
      'second_factor_refused refused',
      'sessions_ended changed',
      'sign_in success',
      'sign_in_refused refused',
      'sign_out success',
      'step_up success',
      'step_up_refused refused',
    ]);
  });

  it('[ASVS 16.2.1] says who, what, when, from where and why', () => {
    const events = eventsOfWalk();
    const proofs = events.filter(({ event }) => event === 'sign_in' || event === 'step_up');
    const told = new Set(proofs.map(({ event, method }) => `${event} by ${method}`));
    const each = ['sign_in by password', 'sign_in by passkey', 'step_up by password', 'step_up by passkey'];
    expect(told).toEqual(new Set(each));
    for (const line of proofs) {
      expect(line).toMatchObject({ user: expect.stringMatching(/^[0-9a-f]{16}$/), address: '127.0.0.1' });
      expect(line.time).toBe(new Date(line.time).toISOString());
      expect(line.requestId).toMatch(/^[\w-]{12,36}$/);
    }
    const reasons = events.filter(({ event }) => /refused$/.test(event)).map(({ reason }) => reason);
    expect(reasons).toContain('used before');
  });

  it('[ASVS 16.5.1] has an unexpected fault once, whole, and the person only its number', async () => {
    running.log.length = 0;
    const answer = await withoutTable(running, 'users', () => createVisitor(running).signIn());
    const faults = running.log.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');
    expect(faults).toHaveLength(1);
    expect(faults[0].err).toMatchObject({
      message: expect.stringContaining('users'),
      stack: expect.stringContaining('users'),
    });
    expect(answer.text).toContain(`<code>${faults[0].requestId}</code>`);
    expect(answer.text).not.toMatch(/SQL|select|no such table|relation/i);
  });

  it('[ASVS 16.4.1] keeps what people send on one line, as a value', async () => {
    running.log.length = 0;
    await send(running, '/x%0a{"event":"sign_in"}', { headers: { 'User-Agent': '%s %o {"a":1}' } });
    expect(running.log).toHaveLength(1);
    const line = JSON.parse(running.log[0] ?? '');
    expect([line.event, line.route]).toEqual([undefined, 'unknown']);
  });
});
