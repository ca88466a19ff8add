import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type Answer, send, signedInCookie } from '../support/request.ts';

const budget = {
  requests: 4,
  /** Bodies as they are sent. */
  bytes: 8 * 1024,
  script: 4 * 1024,
  accountScript: 6 * 1024,
  headersOfOneAnswer: 1_536,
};

let running: TestApp;
beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());

const load = (path: string, Cookie = '') =>
  send(running, path, { headers: { 'Accept-Encoding': 'gzip, deflate, br, zstd', Cookie } });

/** Every address that the page makes a browser load. */
const linked = (html: string) =>
  [...html.matchAll(/<(?:link|script|img)[^>]*\s(?:href|src)="([^"]+)"/g)].map(([, url = '']) => url);

const headerBytes = ({ headers }: Answer) =>
  Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + String(value).length + 4, 0);

describe('the first load of /login', () => {
  it(`is at most ${budget.requests} requests and ${budget.bytes} bytes, of which the script at most ${budget.script}`, async () => {
    const page = await load(paths.login);
    const urls = linked(page.text);
    expect(urls).toHaveLength(3);
    const files: Answer[] = [];
    for (const url of urls) files.push(await load(url));
    for (const { status, headers } of files)
      expect([status, headers['content-encoding']]).toEqual([200, 'br']);
    const answers = [page, ...files];
    expect(answers.length).toBeLessThanOrEqual(budget.requests);
    const bytes = answers.reduce((sum, answer) => sum + answer.body.length, 0);
    expect(bytes).toBeLessThanOrEqual(budget.bytes);

    const scripts = files.filter(({ headers }) => headers['content-type']?.startsWith('text/javascript'));
    expect(scripts).toHaveLength(1);
    expect(scripts[0]?.body.length).toBeLessThanOrEqual(budget.script);
    for (const answer of answers) expect(headerBytes(answer)).toBeLessThanOrEqual(budget.headersOfOneAnswer);
  });

  it('loads nothing from another host', async () => {
    for (const url of linked((await load(paths.login)).text)) expect(url).toMatch(/^\/assets\/[\w-]+\.\w+$/);
  });
});

describe('the dashboard', () => {
  it(`has one script, of at most ${budget.accountScript} bytes`, async () => {
    const page = await load(paths.dashboard, await signedInCookie(running));
    const scripts = linked(page.text).filter((url) => url.endsWith('.js'));
    expect(scripts).toHaveLength(1);
    const { status, headers, body } = await load(scripts[0] as string);
    expect([status, headers['content-encoding']]).toEqual([200, 'br']);
    expect(body.length).toBeLessThanOrEqual(budget.accountScript);
  });
});

describe('pages as they are sent', () => {
  it('link to no other host', async () => {
    const cookie = await signedInCookie(running);
    const open = [paths.login, paths.lostPasskey, paths.helpPasskeys, '/nowhere'];
    const pages = [await load(paths.dashboard, cookie)];
    for (const path of open) pages.push(await load(path));
    for (const { text } of pages) {
      expect(text).toMatch(/^<!doctype html>/);
      expect(text).not.toMatch(/(href|src|action)="(https?:|\/\/)/);
      expect(text).not.toContain('undefined');
    }
  });
});
