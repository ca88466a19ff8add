import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { accountEvents, eventsOfTheLog } from '../../src/event-words.ts';
import { PasskeyServiceFault } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import { withoutTable } from '../support/answers.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { root } from '../support/built.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { type Sample, sampleOf, samplesIn } from '../support/metrics.ts';
import { send } from '../support/request.ts';
import { createVisitor } from '../support/visitor.ts';

const token = 'bm9ib2R5LWdvZXMtdGhlcmUtYnV0LXByb21ldGhldXM=';
let running: MailedApp;
/** How the passkey API is to answer: as it does, to a key that it does not know, or not at all. */
let service: 'there' | 'refusing' | 'away' = 'there';
const start = () =>
  startMailedApp({
    env: { METRICS_TOKEN: token },
    wrapTransport: (transport) => ({
      ...transport,
      fetch: async (url, init) => {
        if (service === 'away') throw new PasskeyServiceFault('network');
        return transport.fetch(url, service === 'refusing' ? { ...init, headers: {} } : init);
      },
    }),
  });
beforeAll(async () => {
  running = await start();
});
afterAll(() => running.close());

const ask = (authorization: string, method = 'GET', app: TestApp = running) =>
  send(app, paths.metrics, { method, headers: authorization ? { Authorization: authorization } : {} });
const scrape = async (app: TestApp = running): Promise<Sample[]> =>
  samplesIn((await ask(`Bearer ${token}`, 'GET', app)).text);

describe('metrics', () => {
  it('are for whoever has the token, as Prometheus reads them', async () => {
    const answer = await ask(`Bearer ${token}`);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(samplesIn(answer.text).length).toBeGreaterThan(30);
    expect((await ask(`bearer  ${token}`)).status).toBe(200);
  });

  const guesses = ['', 'Bearer ', `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(0, -1)}`];
  it.each([
    ...guesses.map((guess) => [guess, 'GET']),
    [`Bearer ${token}`, 'POST'],
    ['', 'POST'],
    ['', 'OPTIONS'],
    ['', 'TRACE'],
    ['', 'PROPFIND'],
  ])(
    '[ASVS 13.4.5] are, for %j and %s, nothing at all: the answer of an address that there is not',
    async (authorization, method) => {
      const answer = await ask(authorization, method);
      const nowhere = await send(running, '/nowhere', { method });
      expect([answer.status, answer.text]).toEqual([nowhere.status, nowhere.text]);
      expect(answer.status).toBe(404);
      const named = ({ headers }: typeof answer) => Object.keys(headers).sort();
      expect(named(answer)).toEqual(named(nowhere));
    },
  );

  it('are not there where no token is set', async () => {
    const other = await startApp();
    expect((await ask(`Bearer ${token}`, 'GET', other)).status).toBe(404);
    expect(other.app.router.stack.filter((layer) => layer.path === paths.metrics)).toEqual([]);
    await other.close();
  });
});

describe('docs/operating.md', () => {
  const text = readFileSync(path.join(root, 'docs/operating.md'), 'utf8');
  /** The cells of the rows of a table, by the first of its head. */
  const table = (first: string): string[][] => {
    const [, rows = ''] = new RegExp(`^\\| ${first} \\|.*?\\n\\|[-|]+\\n(.*?)\\n\\n`, 'ms').exec(text) ?? [];
    return rows.split('\n').map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    );
  };
  const alerts = table('alert');
  /** What Prometheus is asked. */
  const queries = alerts.flatMap(([, , asked = '']) =>
    [...asked.matchAll(/`([^`]+)`/g)].map(([, query = '']) => query),
  );
  let scraped = '';
  beforeAll(async () => {
    scraped = (await ask(`Bearer ${token}`)).text;
  });
  const metrics = () => [...scraped.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name);

  it('has a row for each metric', () => {
    const named = table('metric').join();
    const own = metrics().filter((name) => !/^(process|nodejs)_/.test(name));
    expect(own.length).toBeGreaterThan(9);
    expect(own.filter((name) => !named.includes(`\`${name}\``))).toEqual([]);
  });

  it('has no alert that asks for a metric, or for an event, that there is not', () => {
    const asked = queries.flatMap((query) =>
      [...query.matchAll(/\b[a-z]+_[a-z0-9_]+(?=\{|\[| [=>]|\))/g)].map(([name]) =>
        name.replace(/_bucket$/, ''),
      ),
    );
    expect(asked.length).toBeGreaterThan(14);
    expect(asked.filter((name) => !metrics().includes(name))).toEqual([]);
    const known = [...Object.keys(accountEvents), ...Object.keys(eventsOfTheLog)];
    const events = alerts.flatMap(([, inLog = '']) =>
      [...inLog.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, event = '']) => event),
    );
    expect(events.length).toBeGreaterThan(7);
    expect(events.filter((event) => !known.includes(event))).toEqual([]);
  });

  it('asks in the log and in metrics for the same events, each of which is counted before the first', () => {
    const counted = alerts.flatMap(([, inLog = '', inMetrics = '']) =>
      [...inMetrics.matchAll(/security_events_total\{event="(\w+)"/g)].map(([, event = '']) => ({
        event,
        inLog,
      })),
    );
    expect(counted.length).toBe(6);
    for (const { event, inLog } of counted) {
      expect(inLog).toContain(`\`${event}\``);
      expect(scraped).toContain(`security_events_total{event="${event}",outcome="refused"} `);
    }
  });

  it('takes no view of the sign-in page, which starts a ceremony, for somebody who tries', () => {
    expect(queries.filter((query) => query.includes('started'))).toEqual([]);
  });
});

describe('what is counted', () => {
  let samples: Sample[];
  const total = (name: string, labels: Record<string, string>) => sampleOf(samples, name, labels);

  beforeAll(async () => {
    const visitor = createVisitor(running);
    await visitor.signIn({ ...person, password: 'not-the-password' });
    await visitor.signIn();
    await visitor.createPasskey();
    await visitor.signOut();
    await visitor.signInWithPasskey();
    const { credential } = (await visitor.signInAnswer()) as {
      credential: { response: Record<string, string> };
    };
    credential.response.signature = Buffer.from('not a signature').toString('base64url');
    await visitor.postJson(paths.passkeyLogin, { finish: true, credential });
    await visitor.postJson(paths.passkeyEvents, {
      ceremony: 'autofill',
      errorName: 'NotAllowedError',
      ms: 12,
    });
    await visitor.get('/passkeys/some-id-of-nobody/rename');
    await visitor.get('/static/%7Bwhatever%7D?a=b');
    for (const method of ['PUT', 'PROPFIND', 'DELETE']) await send(running, `/${method}`, { method });
    const [file = ''] = /\/assets\/styles-\w+\.css/.exec((await visitor.get(paths.helpPasskeys)).text) ?? [];
    await visitor.get(file);
    service = 'refusing';
    await visitor.get(paths.dashboard);
    service = 'away';
    await visitor.postJson(paths.passkeyLogin, { start: true });
    service = 'there';
    await visitor.postForm(paths.forgotPassword, { email: person.email });
    samples = await scrape();
  });

  it('is each request, by the pattern of its route and its status', () => {
    const requests = (route: string, status: string, method = 'GET') =>
      total('http_requests_total', { method, route, status });
    expect(requests(paths.login, '422', 'POST')).toBe(1);
    expect(requests(paths.login, '303', 'POST')).toBe(1);
    expect(requests('/passkeys/:id/rename', '404')).toBe(1);
    expect(requests('/assets/:file', '200')).toBe(1);
    expect(requests('unknown', '404', 'other')).toBeGreaterThanOrEqual(3);
    const timed = total('http_request_duration_seconds_count', { route: paths.login });
    expect(timed).toBe(2);
    expect(total('http_request_duration_seconds_bucket', { route: paths.login, le: '10' })).toBe(timed);
    expect(total('http_request_duration_seconds_sum', { route: paths.login })).toBeGreaterThan(0);
  });

  it('is each sign-in, by its way', () => {
    const signIns = samples.filter(({ name }) => name === 'sign_ins_total');
    expect(signIns.map(({ labels, value }) => `${labels.way} ${labels.outcome} ${value}`).sort()).toEqual([
      'passkey refused 1',
      'passkey success 1',
      'password refused 1',
      'password success 1',
    ]);
  });

  it('is each ceremony, by how it ended', () => {
    const ceremonies = samples.filter(({ name }) => name === 'passkey_ceremonies_total');
    const told = ceremonies.map(({ labels, value }) => `${labels.ceremony} ${labels.outcome} ${value}`);
    expect(told.sort()).toEqual([
      'autofill failed_in_browser 1',
      'registration accepted 1',
      'registration started 1',
      'sign-in accepted 1',
      'sign-in refused 1',
      'sign-in started 2',
    ]);
  });

  it('is each event of the log, whatever its level', () => {
    expect(total('security_events_total', { event: 'passkey_registered', outcome: 'success' })).toBe(1);
    expect(total('security_events_total', { event: 'sign_out', outcome: 'success' })).toBe(1);
  });

  it('is each call of the passkey API, by what is called', () => {
    const calls = (call: string, outcome: string) =>
      total('passkey_api_request_duration_seconds_count', { call, outcome });
    expect(calls('login/initialize', 'ok')).toBe(2);
    expect(calls('login/finalize', 'ok')).toBe(1);
    expect(calls('credentials', 'refused')).toBeGreaterThan(0);
    // Tried once more after a moment.
    expect(calls('login/initialize', 'fault')).toBe(2);
    expect(calls('registration/finalize', 'ok')).toBe(1);
    expect(calls('.well-known/jwks.json', 'ok')).toBeGreaterThan(0);
    expect(samples.filter(({ labels }) => labels.call === 'other')).toEqual([]);
  });

  it('is the delay of the event loop, and what Prometheus knows of a process', () => {
    expect(total('nodejs_eventloop_lag_p99_seconds', {})).toBeGreaterThan(0);
    expect(total('process_resident_memory_bytes', {})).toBeGreaterThan(10_000_000);
  });

  it('[ASVS 16.2.5] has no label that a stranger, or another program, could make', async () => {
    const routes = running.app.router.stack.map((layer) => String(layer.path));
    const events = [...Object.keys(accountEvents), ...Object.keys(eventsOfTheLog)];
    const known: Record<string, readonly string[]> = {
      route: [...routes, '/assets/:file', 'unknown'],
      method: ['GET', 'HEAD', 'POST', 'other'],
      event: events,
      outcome: [
        'success',
        'refused',
        'changed',
        'limited',
        'started',
        'accepted',
        'failed',
        'failed_in_browser',
        'ok',
        'fault',
      ],
      way: ['password', 'passkey', 'email', 'automatic'],
      second_factor: ['none', 'passkey', 'recovery_code'],
      ceremony: ['registration', 'upgrade', 'sign-in', 'step-up', 'autofill'],
      call: [
        'registration/initialize',
        'registration/finalize',
        'login/initialize',
        'login/finalize',
        'credentials',
        '.well-known/jwks.json',
        'other',
      ],
    };
    const own = samples.filter(({ name }) => !/^(process|nodejs)_/.test(name));
    const strange = own.flatMap(({ labels }) =>
      Object.entries(labels).filter(([name, value]) =>
        name === 'status'
          ? !/^([1-5]\d\d|none)$/.test(value)
          : name !== 'le' && !known[name]?.includes(value),
      ),
    );
    expect(strange).toEqual([]);
    const whole = (await ask(`Bearer ${token}`)).text;
    for (const secret of [person.email, '127.0.0.1', 'some-id-of-nobody', 'whatever', token])
      expect([secret, whole.includes(secret)]).toEqual([secret, false]);
  });
});

describe('how things are', () => {
  /** Of its own: the numbers above are exact, and a circuit that has opened stays so. */
  let watched: MailedApp;
  beforeAll(async () => {
    watched = await start();
    return () => watched.close();
  });
  afterEach(() => {
    vi.useRealTimers();
    service = 'there';
  });
  const now = () => scrape(watched);

  it('is the number of letters that wait, and the age of the oldest', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 7_000 });
    await createVisitor(watched).postForm(paths.forgotPassword, { email: person.email });
    vi.useRealTimers();
    const samples = await now();
    expect(sampleOf(samples, 'outbox_letters')).toBe(1);
    const age = sampleOf(samples, 'outbox_oldest_age_seconds');
    expect(age).toBeGreaterThanOrEqual(7);
    expect(age).toBeLessThan(67);
    await watched.app.deliverMail();
    const later = await now();
    expect([sampleOf(later, 'outbox_letters'), sampleOf(later, 'outbox_oldest_age_seconds')]).toEqual([0, 0]);
    expect(sampleOf(later, 'security_events_total', { event: 'mail_sent', outcome: 'success' })).toBe(1);
  });

  it('is told also when the database does not answer: what is not known is no number', async () => {
    await createVisitor(watched).signIn();
    expect(sampleOf(await now(), 'database_up')).toBe(1);
    const bySteps = { way: 'password', second_factor: 'none' };
    const samples = await withoutTable(watched, 'outbox', now);
    expect([sampleOf(samples, 'database_up'), sampleOf(samples, 'outbox_letters')]).toEqual([0, Number.NaN]);
    expect(sampleOf(samples, 'sign_ins_total', { ...bySteps, outcome: 'success' })).toBe(1);
  });

  it('is whether the passkey API answers, and whether it is asked at all after faults in a row', async () => {
    // Whether it answers is asked once a second at most.
    vi.useFakeTimers({ toFake: ['Date'] });
    const state = async () => {
      vi.setSystemTime(Date.now() + 2_000);
      const samples = await now();
      return ['passkey_api_up', 'passkey_api_circuit_open'].map((name) => sampleOf(samples, name));
    };
    expect(await state()).toEqual([1, 0]);
    service = 'away';
    const visitor = createVisitor(watched);
    for (let fault = 0; fault < 5; fault++) await visitor.postJson(paths.passkeyLogin, { start: true });
    expect(await state()).toEqual([0, 1]);
  });
});
