/** A passkey service that keeps failing is left alone, and is used again soon after it works. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type PasskeyService, startPasskeyService } from '../support/passkey-service.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let service: PasskeyService;
let running: TestApp;
let visitor: Visitor;

beforeEach(async () => {
  service = await startPasskeyService();
  running = await startApp({ env: service.env });
  visitor = createVisitor(running);
  await visitor.signIn();
  await visitor.createPasskey();
  service.answerWith((_request, response) => response.writeHead(500).end());
  service.calls.length = 0;
});
afterEach(async () => {
  vi.useRealTimers();
  await running.close();
  await service.stop();
});

const isAvailable = async () =>
  !(await visitor.get(paths.dashboard)).text.includes('Try again in a few minutes.');
const changes = () =>
  running.log.flatMap((line) => {
    const { event, reason } = JSON.parse(line);
    return event === 'passkey_service_state' ? [reason] : [];
  });

it('five faults in a row are enough; ten seconds later one call finds that it works', async () => {
  for (let times = 0; times < 3; times++) expect(await isAvailable()).toBe(false);
  expect(service.calls).toHaveLength(5);

  expect(await isAvailable()).toBe(false);
  expect((await visitor.postJson(paths.passkeyLogin, { start: true })).status).toBe(503);
  expect(service.calls).toHaveLength(5);

  await service.recover();
  expect(await isAvailable()).toBe(false);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_001 });
  expect(await isAvailable()).toBe(true);
  expect((await visitor.postJson(paths.passkeyLogin, { start: true })).status).toBe(200);
  expect(changes()).toEqual(['unavailable', 'available']);
});

it('a fault that is over at once is not even noticed', async () => {
  service.answerWith((_request, response) => {
    void service.recover();
    response.writeHead(503).end();
  });
  expect(await isAvailable()).toBe(true);
  expect(service.calls).toHaveLength(2);
});
