/** A passkey service that keeps failing is left alone, and is used again soon after it works. */
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type PasskeyService, startPasskeyService } from '../support/passkey-service.ts';
import { signedIn } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let service: PasskeyService;
let running: TestApp;
let visitor: Visitor;

beforeAll(async () => {
  service = await startPasskeyService();
  running = await startApp({ env: service.env });
  visitor = createVisitor(running);
  await signedIn(running, visitor);
  await visitor.createPasskey();
  return async () => {
    await running.close();
    await service.stop();
  };
});
beforeEach(() => {
  service.answerWith((_request, response) => response.writeHead(500).end());
  service.calls.length = 0;
});
afterEach(() => void vi.useRealTimers());

const isAvailable = async () =>
  !(await visitor.get(paths.dashboard)).text.includes('Try again in a few minutes.');
const changes = () =>
  running.log.flatMap((line) => {
    const { event, reason } = JSON.parse(line);
    return event === 'passkey_service_state' ? [reason] : [];
  });

it('a fault that is over at once is not even noticed', async () => {
  service.answerWith((_request, response) => {
    void service.recover();
    response.writeHead(503).end();
  });
  expect(await isAvailable()).toBe(true);
  expect(service.calls).toHaveLength(2);
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
