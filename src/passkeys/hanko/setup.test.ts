import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type HttpServer, json, startHttpServer } from '../../../test/support/http-server.ts';
import { createLogger } from '../../logger.ts';
import { createHanko } from './hanko.ts';
import { createSetupWatch } from './setup.ts';
import { createRemoteTransport } from './transport.ts';

const ours = { id: 'localhost', origin: 'http://localhost:3000' };
const trouble = json(503, { title: 'away' });

let service: HttpServer;
let isSetUp: () => Promise<boolean>;
beforeEach(async () => {
  service = await startHttpServer();
  service.answer = trouble;
  const transport = createRemoteTransport({ baseUrl: service.url, tenantId: 'tenant', apiKey: 'the-key' });
  isSetUp = createSetupWatch(createHanko(transport, createLogger('silent')), ours);
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await service.stop();
});

it('what could not be found out is taken for right, and looked for again after a minute', async () => {
  expect(await isSetUp()).toBe(true);
  const asked = service.received.length;
  expect(asked).toBeGreaterThan(0);
  vi.setSystemTime(Date.now() + 59_000);
  expect([await isSetUp(), service.received.length]).toEqual([true, asked]);
  vi.setSystemTime(Date.now() + 2_000);
  expect(await isSetUp()).toBe(true);
  expect(service.received.length).toBeGreaterThan(asked);
});

it('nobody waits longer than a second for it', async () => {
  service.answer = () => {};
  const began = performance.now();
  expect(await isSetUp()).toBe(true);
  expect(performance.now() - began).toBeLessThan(4_000);
});
