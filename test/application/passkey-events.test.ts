/** What ceremonies ended with in browsers: a few words for operators, which say nothing about whose they were. */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../src/limits.ts';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { brokenForms } from '../support/refusals.ts';
import { type Answer, cookiesOf, jsonType, rowCounts, send, signedInCookie } from '../support/request.ts';
import { behindProxy } from '../support/sign-in-attempts.ts';
import { createWire } from '../support/wire.ts';

const wire = createWire();
const good = { ceremony: 'sign-in', errorName: 'NotAllowedError', ms: 1234 };
let running: TestApp;
beforeAll(async () => {
  running = await startApp({ env: behindProxy, wrapTransport: wire.wrapTransport });
  return () => running.close();
});
beforeEach(async () => {
  running.log.length = 0;
  wire.calls.length = 0;
  await running.database.db('rate_limits').delete();
});

const post = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  send(running, paths.passkeyEvents, {
    method: 'POST',
    headers: { ...jsonType, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const told = () =>
  running.log.map((line) => JSON.parse(line)).filter(({ event }) => event === 'ceremony_failed_in_browser');

describe('an event', () => {
  it.each(['sign-in', 'second-factor', 'autofill', 'step-up', 'registration', 'upgrade'])(
    'of each ceremony is taken from anyone, and answered with nothing: %s',
    async (ceremony) => {
      const before = await rowCounts(running);
      const { status, text, headers } = await post({ ...good, ceremony });
      expect([status, text, headers['set-cookie'], headers['cache-control']]).toEqual([
        204,
        '',
        undefined,
        'no-store',
      ]);
      expect(told()).toHaveLength(1);
      expect(await rowCounts(running)).toEqual(before);
      expect(wire.calls).toEqual([]);
    },
  );

  it('[ASVS 16.2.5] is one line without any id, of somebody who is signed in, too', async () => {
    const cookie = await signedInCookie(running);
    running.log.length = 0;
    const { status } = await post({ ...good, credential: 'secret-id', userId: 'secret' }, { Cookie: cookie });
    expect(status).toBe(204);
    const [line, ...others] = told();
    expect(others).toEqual([]);
    expect(line).toEqual({
      level: 'info',
      time: expect.any(String),
      event: 'ceremony_failed_in_browser',
      outcome: 'changed',
      reason: 'sign-in: NotAllowedError after 1234 ms',
      address: '127.0.0.1',
      requestId: expect.any(String),
      msg: 'ceremony_failed_in_browser',
    });
    expect(running.log.join()).not.toMatch(/secret/);
  });

  it.each([0, 3_600_000])('may have taken any time up to an hour: %i ms', async (ms) => {
    expect((await post({ ...good, ms })).status).toBe(204);
    expect(told()[0].reason).toContain(`after ${ms} ms`);
  });
});

describe('[ASVS 2.2.1] what is no event is refused, and not logged as one', () => {
  it.each<[string, unknown]>([
    ['another ceremony', { ...good, ceremony: 'payment' }],
    ['a ceremony of the prototype', { ...good, ceremony: 'constructor' }],
    ['no ceremony', { errorName: good.errorName, ms: good.ms }],
    ['no name', { ceremony: good.ceremony, ms: good.ms }],
    ['no time', { ceremony: good.ceremony, errorName: good.errorName }],
    ['an empty name', { ...good, errorName: '' }],
    ['a name with a space', { ...good, errorName: 'Not Allowed' }],
    ['a name with a line end', { ...good, errorName: 'Error\n{"event":"sign_in"}' }],
    ['a name with a digit', { ...good, errorName: 'Error1' }],
    ['a name of 41 letters', { ...good, errorName: 'E'.repeat(41) }],
    ['a name that is a list', { ...good, errorName: ['NotAllowedError'] }],
    ['a negative time', { ...good, ms: -1 }],
    ['half a millisecond', { ...good, ms: 0.5 }],
    ['more than an hour', { ...good, ms: 3_600_001 }],
    ['a time in words', { ...good, ms: '1234' }],
    ['a list of events', [good]],
    ['nothing', null],
    ['broken JSON', '{"ceremony":'],
  ])('%s', async (_, body) => {
    const answer = await post(body);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, 'invalid_request']);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(told()).toEqual([]);
  });

  it('a name of 40 letters is the longest', async () => {
    expect((await post({ ...good, errorName: 'E'.repeat(40) })).status).toBe(204);
  });

  it('more than 64 kB', async () => {
    expect((await post({ ...good, more: 'x'.repeat(70_000) })).status).toBe(413);
    expect(told()).toEqual([]);
  });

  it('[ASVS 3.5.2] anything but JSON, so that no form of another site reaches it', async () => {
    const { 'plain text': plain, 'a multipart form': multipart } = brokenForms('a=b');
    for (const wording of [plain?.[1], multipart?.[1]]) {
      const answer = await send(running, paths.passkeyEvents, { method: 'POST', ...wording });
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([415, 'unsupported_media_type']);
    }
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await post('ceremony=sign-in', form)).status).toBe(415);
    expect(told()).toEqual([]);
  });

  it('[ASVS 3.5.1] what another website sends', async () => {
    for (const foreign of [
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
    ]) {
      const answer = await post(good, foreign as Record<string, string>);
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([403, 'foreign_origin']);
      expect(cookiesOf(answer)).toBe('');
    }
    expect(told()).toEqual([]);
  });

  it('[ASVS 4.1.4] a question', async () => {
    const answer = await send(running, paths.passkeyEvents);
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
  });
});

describe('[ASVS 2.4.1] many events', () => {
  it('from one address end at its limit, with the time to wait; others go on', async () => {
    const from = { 'X-Forwarded-For': '198.51.100.7' };
    const counted = limits.ceremoniesAtATime;
    for (let time = 0; time < counted; time++) expect((await post(good, from)).status).toBe(204);
    const counters = running.database.db('rate_limits').where('key', 'like', 'ceremony:%');
    expect(await counters.clone()).toHaveLength(1);
    await counters.clone().update({ points: limits.ceremonies.points });
    for (let time = 1; time < counted; time++) await post(good, from);
    running.log.length = 0;
    const answer = await post(good, from);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([429, 'too_many_requests']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(told()).toEqual([]);
    expect((await post(good, { 'X-Forwarded-For': '198.51.100.8' })).status).toBe(204);
  });

  it('end at their limit for no longer than the minute, also when that is over before the answer is read', async () => {
    const from = { 'X-Forwarded-For': '198.51.100.9' };
    const counted = limits.ceremoniesAtATime;
    for (let time = 0; time < counted; time++) await post(good, from);
    const { db } = running.database;
    const counters = db('rate_limits').where('key', 'like', 'ceremony:198.51.100.9');
    expect(await counters.clone().update({ points: limits.ceremonies.points })).toBe(1);
    for (let time = 1; time < counted; time++) await post(good, from);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const isOver = () => void vi.setSystemTime(Date.now() + limits.ceremonies.duration * 1_000);
    db.once('query-response', isOver);
    expect((await post(good, from)).status).toBe(429);
    await vi.waitFor(async () => expect((await post(good, from)).status).toBe(204), 2_000);
    vi.useRealTimers();
  });
});
