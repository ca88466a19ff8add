/** Every way in which a request can say where it comes from; test/application/forgery.test.ts tries some on every route. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anywhere, type RunningMiddleware, startMiddleware } from '../../../test/support/middleware.ts';
import { send } from '../../../test/support/request.ts';
import { createLogger } from '../../logger.ts';
import { crossOriginProtection } from './cross-origin-protection.ts';

const ours = 'http://localhost:3000';
const unsafe = ['PUT', 'PATCH', 'DELETE', 'PROPFIND'];
let running: RunningMiddleware;
/** The methods that got through. */
let passed: string[] = [];

beforeAll(async () => {
  const logger = createLogger('silent');
  running = await startMiddleware(crossOriginProtection({ origin: ours, logger }), async (ctx) => {
    passed.push(ctx.method);
    ctx.body = '';
  });
  return () => running.close();
});
beforeEach(() => {
  passed = [];
});

type Said = { site?: string | undefined; origin?: string | undefined };
const ask = (method: string, { site, origin }: Said) => {
  const headers = {
    ...(site === undefined ? {} : { 'Sec-Fetch-Site': site }),
    ...(origin === undefined ? {} : { Origin: origin }),
  };
  return send(running, anywhere, { method, headers });
};

const [absent, foreign] = [undefined, 'http://evil.example'];
const sites = ['same-site', 'cross-site', 'Same-Origin', 'same-origin, cross-site', 'anything'];
const refused: Said[] = [
  ...sites.flatMap((site) => [ours, foreign, 'null', absent].map((origin) => ({ site, origin }))),
  { site: absent, origin: foreign },
  { site: absent, origin: 'null' },
];
const own: Said[] = [
  ...['same-origin', 'none'].flatMap((site) =>
    [ours, foreign, 'null', absent].map((origin) => ({ site, origin })),
  ),
  { site: absent, origin: ours },
  { site: absent, origin: absent },
];

describe('[ASVS 3.5.1] a request that changes something', () => {
  it.each(refused)('goes no further with site $site and origin $origin', async (said) => {
    const { status, text } = await ask('POST', said);
    expect([status, JSON.parse(text).code]).toEqual([403, 'foreign_origin']);
    expect(passed).toEqual([]);
  });

  it.each(own)('gets through with site $site and origin $origin', async (said) => {
    expect((await ask('POST', said)).status).toBe(200);
    expect(passed).toEqual(['POST']);
  });

  it.each(unsafe)('is any that does more than look: %s', async (method) => {
    for (const said of [{ site: 'cross-site' }, { origin: foreign }])
      expect((await ask(method, said)).status).toBe(403);
    for (const said of [{ site: 'same-origin' }, { origin: ours }, {}])
      expect((await ask(method, said)).status).toBe(200);
    expect(passed).toEqual([method, method, method]);
  });

  it.each([
    `${ours}/`,
    ours.toUpperCase(),
    `${ours}.evil.example`,
    `${ours}@evil.example`,
    'https://localhost:3000',
    'http://127.0.0.1:3000',
    'http://localhost',
    'http://localhost:30000',
    `${ours}, ${ours}`,
  ])('goes no further with an origin that only looks like ours: %s', async (origin) => {
    expect((await ask('POST', { origin })).status).toBe(403);
    expect(passed).toEqual([]);
  });
});

it.each(['GET', 'HEAD', 'OPTIONS'])('whoever only looks may come from anywhere: %s', async (method) => {
  const anyhow: Said[] = [
    { site: 'cross-site' },
    { site: 'same-site', origin: foreign },
    { origin: 'null' },
    {},
  ];
  for (const said of anyhow) expect((await ask(method, said)).status).toBe(200);
  expect(passed).toHaveLength(anyhow.length);
});
