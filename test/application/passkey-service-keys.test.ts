/** The service's clock and keys: small differences and a change of keys go unnoticed, large faults cost passkeys only. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { type PasskeyService, startPasskeyService } from '../support/passkey-service.ts';
import { rowCounts } from '../support/request.ts';
import { rsaPair, type SigningPair, signed, turnAgainstUs } from '../support/token-forger.ts';
import { createVisitor } from '../support/visitor.ts';

const authenticator = createAuthenticator();
let service: PasskeyService;
let home: TestApp;
let running: TestApp;
let pair: SigningPair;
let identity: { sub: string; cred: string };

beforeAll(async () => {
  pair = await rsaPair('first');
  service = await startPasskeyService();
  home = await startApp({ env: service.env });
  const visitor = createVisitor(home, authenticator);
  await visitor.signIn();
  const { id: cred } = (await visitor.createPasskey()).body.passkey;
  const { id: sub } = await home.database.db('users').where({ email: person.email }).first();
  identity = { sub, cred };
  return async () => {
    await home.close();
    await service.stop();
  };
});
beforeEach(async () => {
  await service.recover();
  running = await startApp({ env: service.env, database: home.database });
  return () => running.close();
});

/** What an honest service says, with a clock of its own. */
function tokenAt(seconds: number, by = pair): string {
  const iat = Math.floor(Date.now() / 1_000) + seconds;
  return signed({ ...identity, aud: ['localhost'], iat, exp: iat + 300 }, by);
}

async function expectUnavailable() {
  const before = await rowCounts(running);
  const answer = await createVisitor(running, authenticator).signInWithPasskey();
  expect([answer.status, answer.body.code]).toEqual([503, 'passkey_service_unavailable']);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect((await rowCounts(running)).sessions).toBe(before.sessions);
}

describe('a service whose clock differs', () => {
  it('by thirty seconds works, behind as ahead', async () => {
    for (const ahead of [-30, 30]) {
      service.setClock(ahead);
      turnAgainstUs(service, [pair.publicJwk], () => tokenAt(ahead));
      expect((await createVisitor(running, authenticator).signInWithPasskey()).status, `${ahead}`).toBe(200);
    }
  });

  it.each([-120, 120])('by %i seconds is not believed, and the log names the clock', async (ahead) => {
    service.setClock(ahead);
    turnAgainstUs(service, [pair.publicJwk], () => tokenAt(ahead));
    await expectUnavailable();
    expect(running.log.filter((line) => /"reason":"clock:[^"]*60 seconds"/.test(line))).toHaveLength(1);
  });
});

describe('the keys of the service', () => {
  afterEach(() => void vi.useRealTimers());

  it('are asked for once, not at every sign-in, and may change between two of them', async () => {
    turnAgainstUs(service, [pair.publicJwk], () => tokenAt(0));
    service.calls.length = 0;
    const visitor = createVisitor(running, authenticator);
    for (let times = 0; times < 2; times++) expect((await visitor.signInWithPasskey()).status).toBe(200);
    expect(service.calls.filter((call) => call === 'GET .well-known/jwks.json')).toHaveLength(1);

    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    const next = await rsaPair('second');
    turnAgainstUs(service, [next.publicJwk, pair.publicJwk], () => tokenAt(0, next));
    expect((await visitor.signInWithPasskey()).status).toBe(200);
    turnAgainstUs(service, [next.publicJwk, pair.publicJwk], () => tokenAt(0, pair));
    expect((await visitor.signInWithPasskey()).status).toBe(200);
  });

  it('make passkeys unavailable where they are gone, cannot be had, or are nothing that could be keys', async () => {
    turnAgainstUs(service, [], () => tokenAt(0));
    for (const [status, body] of [
      [404, '{"title":"Not Found","details":"","status":404}'],
      [200, 'null'],
      [200, '<p>keys</p>'],
    ] as const) {
      service.answerAt('.well-known/jwks.json', (_request, response) => response.writeHead(status).end(body));
      await expectUnavailable();
    }
  });

  it('do not help a token of more than 8000 characters', async () => {
    turnAgainstUs(service, [pair.publicJwk], () =>
      signed({ ...identity, aud: ['localhost'], padding: 'x'.repeat(8_000) }, pair),
    );
    await expectUnavailable();
  });
});
