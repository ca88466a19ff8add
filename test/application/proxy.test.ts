import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { send } from '../support/request.ts';

const tricks = ['evil.example', 'evil.example:80', 'a:b@c', '[::1]', 'localhost.evil.example', ''];

describe('[ASVS 4.1.3] what a request says about its host', () => {
  let running: TestApp;
  beforeAll(async () => {
    running = await startApp({ env: { TRUST_PROXY: '127.0.0.1' } });
  });
  afterAll(() => running.close());

  it.each(tricks)('is repeated nowhere and changes nothing: "%s"', async (host) => {
    const headers = {
      Host: host,
      'X-Forwarded-Host': host,
      Referer: `http://${host}/x`,
      Forwarded: `host=${host}`,
    };
    const moved = await send(running, paths.dashboard, { headers });
    expect([moved.status, moved.headers.location]).toEqual([303, paths.login]);
    for (const path of [paths.login, '/nowhere', paths.health]) {
      const answer = await send(running, path, { headers });
      const own = await send(running, path);
      expect([answer.status, answer.text]).toEqual([own.status, own.text]);
    }
  });

  it('does not come from an address in the request line either', async () => {
    const answer = await send(running, 'http://evil.example/dashboard?x=1');
    expect([answer.status, answer.headers.location]).toEqual([303, '/login?return_to=%2Fdashboard%3Fx%3D1']);
  });
});

describe('[ASVS 15.3.4] whose address a request counts for', () => {
  let trusting: TestApp;
  let direct: TestApp;
  beforeAll(async () => {
    trusting = await startApp({ env: { TRUST_PROXY: '127.0.0.1,10.0.0.0/8' } });
    direct = await startApp();
  });
  afterAll(async () => {
    await trusting.close();
    await direct.close();
  });

  /** The address that the log names for a request with this header. */
  async function counted(running: TestApp, forwarded: string): Promise<string> {
    running.log.length = 0;
    await send(running, paths.health, { headers: { 'X-Forwarded-For': forwarded } });
    return JSON.parse(running.log.find((line) => line.includes('"route"')) ?? '{}').address;
  }

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['1.2.3.4, 203.0.113.7', '203.0.113.7'],
    ['1.2.3.4, 203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::ffff', '2001:db8:1:2::/64'],
    ['garbage', '127.0.0.1'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['[2001:db8:1:2::7]:4711', '2001:db8:1:2::/64'],
    ['1.2.3.4, _hidden', '127.0.0.1'],
    ['"; DROP TABLE users', '127.0.0.1'],
    [`${'a, '.repeat(2_000)}x`, '127.0.0.1'],
    ['', '127.0.0.1'],
  ])('behind a trusted proxy, %.40s is %s', async (forwarded, address) => {
    expect(await counted(trusting, forwarded)).toBe(address);
  });

  it.each(['203.0.113.7', '10.0.0.1', 'garbage'])('without one, %j is not believed', async (forwarded) => {
    expect(await counted(direct, forwarded)).toBe('127.0.0.1');
  });
});
