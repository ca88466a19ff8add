import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningMiddleware, startMiddleware } from '../../../test/support/middleware.ts';
import { send } from '../../../test/support/request.ts';
import { createLogger } from '../../logger.ts';
import { connection } from './connection.ts';

const log: string[] = [];
const logger = createLogger('info', { write: (line) => void log.push(line) });
const answering = (trustProxy: string[]) =>
  startMiddleware(connection(trustProxy, logger), async (ctx) => {
    ctx.body = { address: ctx.state.address, secure: ctx.state.secure };
  });

let trusting: RunningMiddleware;
let direct: RunningMiddleware;
beforeAll(async () => {
  trusting = await answering(['127.0.0.1', '10.0.0.0/8', 'fe80::/10']);
  direct = await answering(['10.0.0.0/8']);
});
afterAll(async () => {
  await trusting.close();
  await direct.close();
});

type Headers = Record<string, string | string[]>;
const seen = async (headers: Headers, running = trusting): Promise<{ address: string; secure: boolean }> =>
  JSON.parse((await send(running, '/', { headers })).text);

describe('[ASVS 15.3.4] the address in X-Forwarded-For', () => {
  it.each<[string | string[], string]>([
    ['203.0.113.5:40001', '203.0.113.5'],
    ['1.2.3.4:1, 203.0.113.5:40001', '203.0.113.5'],
    ['203.0.113.5:40001, 10.1.2.3:9', '203.0.113.5'],
    ['"203.0.113.5:40001"', '203.0.113.5'],
    ['203.0.113.5:_port', '203.0.113.5'],
    ['[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    ['"[2001:db8:1:2::1]:4711"', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
    ['[::ffff:203.0.113.5]:443', '203.0.113.5'],
    ['::ffff:cb00:7105', '203.0.113.5'],
    ['2001:db8:1:2::1%eth0', '2001:db8:1:2::/64'],
    ['203.0.113.5, fe80::7%eth0', '203.0.113.5'],
    [' , 203.0.113.5 ,, ', '203.0.113.5'],
    [['1.2.3.4', '203.0.113.5:1, 10.1.2.3'], '203.0.113.5'],
    [`${'1.2.3.4:5, '.repeat(1_000)}203.0.113.5`, '203.0.113.5'],
  ])('is read as it is written: %j', async (forwarded, address) => {
    expect((await seen({ 'X-Forwarded-For': forwarded })).address).toBe(address);
  });

  it.each([
    ['unknown', '127.0.0.1'],
    ['203.0.113.5, _hidden', '127.0.0.1'],
    ['203.0.113.5, unknown, 10.1.2.3', '10.1.2.3'],
    ['203.0.113.5:40001:2', '127.0.0.1'],
    ['[203.0.113.5', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1'],
    ['203.0.113', '127.0.0.1'],
    ['203.0.113.5 1.2.3.4', '127.0.0.1'],
    ['for=203.0.113.5', '127.0.0.1'],
  ])(
    'that is none counts for the proxy that passed it on, and never for what stands before it: %s',
    async (forwarded, address) => {
      expect((await seen({ 'X-Forwarded-For': forwarded })).address).toBe(address);
    },
  );

  it('that is none is told in the log, once, with the proxy and not with the text', async () => {
    const running = await answering(['127.0.0.1']);
    log.length = 0;
    for (const forwarded of ['203.0.113.5', 'nobody', '_hidden'])
      await seen({ 'X-Forwarded-For': forwarded }, running);
    await running.close();
    expect(log.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: 'warn',
        address: '127.0.0.1',
        msg: expect.stringContaining('X-Forwarded-For'),
      }),
    ]);
    expect(log.join()).not.toContain('nobody');
  });

  it.each(['Forwarded', 'X-Real-IP', 'X-Client-IP', 'X-Forwarded-Host'])('is not in %s', async (header) => {
    const headers = { [header]: header === 'Forwarded' ? 'for=203.0.113.5;proto=https' : '203.0.113.5' };
    expect(await seen(headers)).toEqual({ address: '127.0.0.1', secure: false });
  });
});

describe('X-Forwarded-Proto', () => {
  it.each<[string | string[], string?]>([
    ['https'],
    ['HTTPS'],
    ['https,http'],
    ['https, https'],
    [' , https,'],
    [['https', 'http']],
    ['https, http', '203.0.113.5'],
    ['https, http', '203.0.113.5, 10.1.2.3'],
    ['http, https', '1.2.3.4, 203.0.113.5'],
    ['https', '203.0.113.5, 10.1.2.3'],
  ])('is https for whoever came over it to the first trusted proxy: %j', async (proto, forwarded) => {
    const addresses: Headers = forwarded ? { 'X-Forwarded-For': forwarded } : {};
    expect((await seen({ 'X-Forwarded-Proto': proto, ...addresses })).secure).toBe(true);
  });

  it.each<[string | string[], string?]>([
    ['http'],
    ['http, https'],
    ['httpss'],
    ['on'],
    ['"https"'],
    ['https http'],
    [''],
    // A client that came over http and sent both headers itself.
    ['https, http', '1.2.3.4, 203.0.113.5'],
    ['https, http, http', '1.2.3.4, 203.0.113.5, 10.1.2.3'],
  ])('is http for everybody else: %j', async (proto, forwarded) => {
    const addresses: Headers = forwarded ? { 'X-Forwarded-For': forwarded } : {};
    expect((await seen({ 'X-Forwarded-Proto': proto, ...addresses })).secure).toBe(false);
  });

  it.each(['https', 'https,http', 'HTTPS'])('is believed from no stranger: %s', async (proto) => {
    const headers = { 'X-Forwarded-Proto': proto, 'X-Forwarded-For': '203.0.113.5' };
    expect(await seen(headers, direct)).toEqual({ address: '127.0.0.1', secure: false });
  });
});
