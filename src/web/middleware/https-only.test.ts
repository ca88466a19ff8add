import { beforeEach, describe, expect, it } from 'vitest';
import { startMiddleware } from '../../../test/support/middleware.ts';
import { type Answer, send, type Wording } from '../../../test/support/request.ts';
import { createLogger } from '../../logger.ts';
import { paths } from '../../paths.ts';
import { connection } from './connection.ts';
import { httpsOnly } from './https-only.ts';

const origin = 'https://app.example.com';
const log: string[] = [];
const logger = createLogger('info', { write: (line) => void log.push(line) });
beforeEach(() => {
  log.length = 0;
});

type Headers = Wording['headers'];

/** What a page answers with these headers; it is asked for in JSON, as there are no pages here. */
async function ask(trustProxy: string[], ...asked: Headers[]): Promise<Answer[]> {
  const running = await startMiddleware(
    connection(trustProxy, logger),
    httpsOnly({ origin, trustProxy, logger }),
    async (ctx) => {
      ctx.body = 'the page';
    },
  );
  const answers: Answer[] = [];
  for (const headers of asked)
    answers.push(await send(running, '/login?a=b', { headers: { Accept: 'application/json', ...headers } }));
  await running.close();
  return answers;
}

const saysHttps: Headers[] = [
  { 'X-Forwarded-Proto': 'https' },
  { 'X-Forwarded-Proto': 'HTTPS, http' },
  { 'X-Forwarded-For': '203.0.113.5' },
  { 'X-Real-IP': '203.0.113.5' },
  { 'X-Forwarded-Ssl': 'on' },
  { Forwarded: 'for=203.0.113.5;proto=https' },
  { Via: '1.1 somewhere' },
  // A browser that is at an https address.
  { 'Sec-Fetch-Site': 'none' },
  { 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-Proto': 'http' },
];

describe('somebody who seems to have come over https, through a proxy that is not named', () => {
  it.each(saysHttps)('is told so, and no redirect loops: %j', async (headers) => {
    const [answer] = await ask(['10.0.0.0/8'], headers);
    expect([answer?.status, answer?.headers.location]).toEqual([403, undefined]);
    expect(answer?.text).toContain('cannot tell that you came over https');
    const [line, ...others] = log.map((text) => JSON.parse(text));
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      level: 'warn',
      peer: '127.0.0.1',
      msg: expect.stringContaining('TRUST_PROXY'),
    });
  });

  it('is told in the log once, however many there are', async () => {
    await ask(['10.0.0.0/8'], ...saysHttps);
    expect(log).toHaveLength(1);
  });
});

describe('a site that names no proxy', () => {
  it.each([{}, { 'X-Forwarded-Proto': 'http' }, ...saysHttps])('moves nobody: %j', async (headers) => {
    const [answer] = await ask([], headers);
    expect([answer?.status, answer?.headers.location]).toEqual([403, undefined]);
    expect(log).toHaveLength(1);
  });
});

describe('a proxy that is named', () => {
  it('says how somebody came, and only who came over http is moved', async () => {
    const over = (proto: string) => ({ 'X-Forwarded-Proto': proto, 'X-Forwarded-For': '203.0.113.5' });
    const answers = await ask(['127.0.0.1'], over('https'), over('https,http'), over('http'), {});
    expect(answers.map(({ status, headers }) => [status, headers.location])).toEqual([
      [200, undefined],
      [200, undefined],
      [308, `${origin}/login?a=b`],
      [308, `${origin}/login?a=b`],
    ]);
    expect(log).toEqual([]);
  });

  it('that says only where somebody came from leaves us without an answer', async () => {
    const [answer] = await ask(['127.0.0.1'], { 'X-Forwarded-For': '203.0.113.5' });
    expect([answer?.status, log.length]).toEqual([403, 1]);
    expect(log[0]).toContain('let it set X-Forwarded-Proto');
  });

  it('is no matter with an http origin', async () => {
    const running = await startMiddleware(
      connection([], logger),
      httpsOnly({ origin: 'http://localhost:3000', trustProxy: [], logger }),
      async (ctx) => {
        ctx.body = 'the page';
      },
    );
    expect((await send(running, paths.login, { headers: { 'X-Forwarded-Proto': 'https' } })).status).toBe(
      200,
    );
    await running.close();
    expect(log).toEqual([]);
  });
});
