/** What a finish comes to that the service does not take: the person's device, our settings, or an outage. */
import type { ServerResponse } from 'node:http';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HttpServer, json, startHttpServer } from '../../../test/support/http-server.ts';
import { createLogger } from '../../logger.ts';
import { createHanko, type Hanko } from './hanko.ts';
import { PasskeyApiRefusal } from './service-errors.ts';
import { createRemoteTransport } from './transport.ts';

const unavailable = { code: 'passkey_service_unavailable' };
const unforeseen = json(500, { title: 'Internal Server Error', status: 500 });
const unknown = json(404, { title: "credential with id 'one' not found", details: '', status: 404 });
const known = json(200, {
  id: 'one',
  aaguid: '',
  created_at: '2026-01-01T00:00:00Z',
  user_id: 'ada',
  backup_eligible: true,
  backup_state: true,
  is_mfa: false,
});

let service: HttpServer;
let hanko: Hanko;
let lines: string[];

beforeAll(async () => {
  service = await startHttpServer();
  return () => service.stop();
});
beforeEach(() => {
  service.received.length = 0;
  lines = [];
  const transport = createRemoteTransport({ baseUrl: service.url, tenantId: 'tenant', apiKey: 'the-key' });
  hanko = createHanko(transport, createLogger('info', { write: (line) => void lines.push(line) }));
});

/** Answers a finish, and the look-up that may follow. */
function answerWith(finish: HttpServer['answer'], lookUp = unknown) {
  service.answer = (request, response) => (request.method === 'POST' ? finish : lookUp)(request, response);
}
/** As a proxy answers, in a language of its own. */
function page(status: number, html = '<h1>Not this time</h1>') {
  return (_request: unknown, response: ServerResponse) =>
    response.writeHead(status, { 'Content-Type': 'text/html' }).end(html);
}
const alarms = () =>
  lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'passkey_service_misconfigured');

const finishes = [
  ['creation', () => hanko.finishRegistration({ id: 'one' })],
  ['automatic upgrade', () => hanko.finishRegistration({ id: 'one' }, { unattended: true })],
  ['sign-in', () => hanko.finishSignIn({ id: 'one' })],
  ['second factor', () => hanko.finishSecondFactor('ada', { id: 'one' })],
  [
    'second factor without verification',
    () => hanko.finishSecondFactor('ada', { id: 'one' }, { unverified: true }),
  ],
  ['registration of a second factor', () => hanko.finishSecondFactorRegistration('ada', { id: 'one' })],
] as const;

/**
 * What the circuit makes of an answer it makes of each finish: the whole tables are tried on two of them, and of each one
 * row, which shows that the finish is one.
 */
const rowsFor = <Row>(kind: string, rows: readonly Row[]) =>
  kind === 'creation' || kind === 'sign-in' ? rows : rows.slice(0, 1);

/** What the gate has found right before. */
const settings = [
  'Error validating origin',
  'Error validating ceremony type',
  'Error validating challenge',
  'Error validating topOrigin',
];

/** What somebody or their device is refused for. */
const refusals: [status: number, title: string, details: string][] = [
  [401, 'failed to validate assertion', 'Error validating the assertion signature: <nil>'],
  [401, 'failed to validate assertion', 'Unable to find the credential for the returned credential ID'],
  [401, 'failed to validate assertion', 'User does not own the credential returned'],
  [401, 'failed to get session data', 'received challenge does not match with any stored one'],
  [401, 'failed to get user handle', 'user not found'],
  [401, 'failed to get user handle', ''],
  [400, 'failed to validate attestation', 'Invalid attestation format'],
  [400, 'received challenge does not match with any stored one', ''],
  [404, 'user not found', ''],
  [422, 'failed to validate attestation: User verification', 'Error validating the authenticator response'],
];

/** What says nothing of the person: by a service that has failed, or somebody before it. */
const faults: [name: string, answer: HttpServer['answer']][] = [
  ['Internal Server Error', unforeseen],
  [
    'what its database said of the challenge',
    json(401, {
      title: 'failed to get session data',
      details: 'failed to get sessionData: dial tcp 127.0.0.1:5432: connect: connection refused',
    }),
  ],
  [
    'what its database said of the user',
    json(401, { title: 'failed to get user handle', details: 'failed to get user: EOF' }),
  ],
  ['an empty 500', page(500, '')],
  ['a web page of a gateway', page(502)],
  ['a time-out of a proxy', json(408, {})],
  ['too many calls', json(429, {})],
  ['a web page of a firewall', page(403)],
  ['a title of somebody else', json(404, { title: 'Error 1001: DNS resolution error' })],
];

/** Those whose user need not have been present, or verified. */
const lenient = ['automatic upgrade', 'second factor without verification'];

describe.each(finishes)('the finish of a %s', (kind, finish) => {
  it.each(rowsFor(kind, settings))(
    'that is refused with "%s", which the gate has found right, is about settings',
    async (details) => {
      answerWith(json(400, { title: 'failed to validate attestation', details }));
      for (let times = 0; times < 6; times++) await expect(finish()).rejects.toMatchObject(unavailable);
      expect(alarms()).toEqual([expect.objectContaining({ outcome: 'refused', reason: `400 ${details}` })]);
      // The service works: nobody else is kept from it.
      expect(service.received).toHaveLength(6);
    },
  );

  it('that is refused for its authenticator is about settings where the gate has looked at that', async () => {
    const details = 'Error validating the authenticator response';
    answerWith(json(401, { title: 'failed to validate assertion', details }));
    const refused = expect(finish()).rejects;
    await (lenient.includes(kind)
      ? refused.toBeInstanceOf(PasskeyApiRefusal)
      : refused.toMatchObject(unavailable));
  });

  it.each(rowsFor(kind, refusals))(
    'that is refused with %i "%s" / "%s" is about the device',
    async (status, title, details) => {
      answerWith(json(status, { title, details }));
      await expect(finish()).rejects.toMatchObject({ name: 'PasskeyApiRefusal', title, details });
      expect(lines).toEqual([]);
    },
  );

  it.each(rowsFor(kind, faults))('that is answered with %s may be tried again', async (_name, answer) => {
    answerWith(answer);
    await expect(finish()).rejects.toMatchObject({ ...unavailable, retryAfter: expect.any(Number) });
  });

  it('that fails while the service works costs nobody else anything', async () => {
    answerWith(unforeseen);
    for (let times = 0; times < 6; times++) await expect(finish()).rejects.toMatchObject(unavailable);
    expect(await hanko.find('one')).toBeNull();
  });

  it('that fails as everything fails opens the circuit', async () => {
    answerWith(unforeseen, unforeseen);
    for (let times = 0; times < 5; times++) await expect(finish()).rejects.toMatchObject(unavailable);
    const before = service.received.length;
    await expect(finish()).rejects.toMatchObject(unavailable);
    expect(service.received).toHaveLength(before);
  });
});

describe('the finish of a registration that fails with 500', () => {
  it('is of a passkey that is registered already where the service has it', async () => {
    answerWith(unforeseen, known);
    for (const finish of [
      () => hanko.finishRegistration({ id: 'one' }),
      () => hanko.finishSecondFactorRegistration('ada', { id: 'one' }),
    ])
      await expect(finish()).rejects.toMatchObject({ code: 'already_registered' });
  });

  it.each([
    ['the longest id', 'A'.repeat(250), 0, unavailable],
    ['a longer id', 'A'.repeat(251), 0, { name: 'PasskeyApiRefusal' }],
    ['the largest counter', 'one', 2 ** 31 - 1, unavailable],
    ['a larger counter', 'one', 2 ** 31, { name: 'PasskeyApiRefusal' }],
  ])('is refused where the service cannot keep the credential: %s', async (_name, id, counter, expected) => {
    answerWith(unforeseen);
    await expect(hanko.finishRegistration({ id }, { counter })).rejects.toMatchObject(expected);
  });
});

describe('a service that says when to come back', () => {
  it.each([
    ['429 in seconds', 429, '7', 7],
    ['429 with a date', 429, () => new Date(Date.now() + 30_000).toUTCString(), 30],
    ['503 in seconds', 503, '120', 120],
    ['503 without a word', 503, '', 10],
    ['429 with a date gone by', 429, 'Thu, 01 Jan 1970 00:00:00 GMT', 10],
  ])('is heard: %s', async (_name, status, header, expected) => {
    const value = typeof header === 'string' ? header : header();
    for (const content of [{}, { title: 'Not now', status }]) {
      answerWith(json(status, content, value ? { 'Retry-After': value } : {}));
      const error = await hanko.finishSignIn({ id: 'one' }).catch((caught) => caught);
      expect(error).toMatchObject(unavailable);
      expect(Math.abs(error.retryAfter - expected)).toBeLessThanOrEqual(2);
    }
  });
});
