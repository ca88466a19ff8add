import path from 'node:path';
import Koa from 'koa';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { loadAssets } from './assets.ts';
import type { AppContext, AppState } from './context.ts';
import { dashboardPage } from './pages/dashboard-page.ts';
import { deletePasskeyPage } from './pages/delete-passkey-page.ts';
import { errorPage } from './pages/error-page.ts';
import { loginPage } from './pages/login-page.ts';
import { renamePasskeyPage } from './pages/rename-passkey-page.ts';
import { type Page, views } from './views.ts';

const root = path.resolve(import.meta.dirname, '../..');
const hostile = `</title><script>alert(1)</script>"'><img src=x onerror=alert(2)>`;
const user = { id: 'a-user', email: hostile };
const passkey = { id: hostile, name: hostile, createdAt: new Date(0), lastUsedAt: null };

const pages: Record<string, Page> = {
  'sign-in': loginPage({ returnTo: hostile, email: hostile, problem: hostile }),
  'sign-in with problems': loginPage({
    returnTo: '/dashboard',
    problem: hostile,
    fieldProblems: { email: hostile, password: hostile },
  }),
  'dashboard, empty': dashboardPage(user, [], ''),
  'dashboard without a passkey service': dashboardPage(user, null, hostile),
  'dashboard with passkeys': dashboardPage(user, [passkey, { ...passkey, lastUsedAt: new Date() }], hostile),
  rename: renamePasskeyPage(user, passkey, { name: hostile, problem: hostile }),
  'rename at first': renamePasskeyPage(user, passkey),
  delete: deletePasskeyPage(user, passkey),
  error: errorPage(500, hostile, hostile),
  'an error without a heading of its own': errorPage(418, hostile, ''),
};

async function rendered(page: Page): Promise<{ body: string; cacheControl: string | undefined }> {
  const koa = new Koa<AppState, AppContext>();
  koa.use(views({ root, assets: loadAssets(root), cache: true }));
  koa.use((ctx) => ctx.render(page));
  const answer = await supertest(koa.callback()).get('/');
  return { body: answer.text, cacheControl: answer.headers['cache-control'] };
}

describe.each(Object.entries(pages))('the page: %s', (_, page) => {
  it('[ASVS 1.2.1] escapes whatever a person may have typed, everywhere', async () => {
    const { body } = await rendered(page);
    expect(body).not.toMatch(/<script>|<img|onerror=alert\(2\)>/);
    expect(body.match(/<script/g)).toHaveLength(1);
    expect(body).toMatch(/^<!doctype html>\n<html lang="en">[\s\S]*<\/html>\n?$/);
  });

  it('prints every field that it names', async () => {
    expect((await rendered(page)).body).not.toMatch(/undefined|\[object |NaN|Invalid Date/);
  });

  it('has a title, one main heading, and is stored nowhere', async () => {
    const { body, cacheControl } = await rendered(page);
    expect(body).toMatch(/<title>[^<]+ · Latchkey<\/title>/);
    expect(body.match(/<h1/g)).toHaveLength(1);
    expect(cacheControl).toBe('no-store');
  });

  it('names an id once, and refers only to ids that it has', async () => {
    const { body } = await rendered(page);
    const ids = [...body.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const referred = [...body.matchAll(/\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"/g)];
    for (const [, names = ''] of referred) expect(ids).toEqual(expect.arrayContaining(names.split(' ')));
  });
});
