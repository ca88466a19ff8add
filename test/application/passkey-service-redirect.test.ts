/** Where the API key goes when the passkey service points somewhere else: nowhere. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type PasskeyService, startPasskeyService } from '../support/passkey-service.ts';
import { createVisitor } from '../support/visitor.ts';

describe('a passkey service that redirects', () => {
  const received: unknown[] = [];
  const thief = createServer((request, response) => {
    received.push([request.method, request.url, request.headers.apikey]);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('[]');
  });
  let service: PasskeyService;
  let running: TestApp;

  beforeAll(async () => {
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
    service = await startPasskeyService();
    running = await startApp({ env: service.env });
  });
  afterAll(async () => {
    await running.close();
    await service.stop();
    thief.close();
  });

  it('[ASVS 15.3.2] sends neither key nor request elsewhere, whichever redirect it is', async () => {
    const { port } = thief.address() as AddressInfo;
    const statuses = [301, 302, 303, 307, 308];
    const visitor = createVisitor(running);
    expect((await visitor.signIn()).status).toBe(303);
    service.calls.length = 0;
    // Each call meets the next one; after as many faults the service is not called any more.
    service.answerWith(({ url }, response) => {
      const status = statuses[service.calls.length - 1] ?? 302;
      response.writeHead(status, { Location: `http://127.0.0.1:${port}${url}` }).end();
    });
    for (let time = 0; time < 3; time++)
      expect((await visitor.get(paths.dashboard)).text).toContain(
        'Passkeys are not available right now. Try again in a few minutes.',
      );
    for (const path of [paths.passkeyLogin, paths.passkeyRegistration])
      expect((await visitor.postJson(path, { start: true })).status).toBe(503);
    expect(service.calls).toHaveLength(statuses.length);
    expect(received).toEqual([]);
  });
});
