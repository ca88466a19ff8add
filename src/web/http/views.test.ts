import path from 'node:path';
import Koa from 'koa';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import type { WaysIn } from '../../passkeys/passkeys.ts';
import { helpPasskeysPage } from '../help/help-passkeys-page.ts';
import { lostPasskeyPage } from '../help/lost-passkey-page.ts';
import { type Dashboard, dashboardPage } from '../passkeys/dashboard-page.ts';
import { deletePasskeyPage } from '../passkeys/delete-passkey-page.ts';
import { renamePasskeyPage } from '../passkeys/rename-passkey-page.ts';
import { reauthPage } from '../sign-in/reauth-page.ts';
import { signInPage } from '../sign-in/sign-in-page.ts';
import { loadAssets } from './assets.ts';
import type { AppContext, AppState } from './context.ts';
import { troublePage } from './error-page.ts';
import { type Page, views } from './views.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const hostile = `</title><script>alert(1)</script>"'><img src=x onerror=alert(2)>`;
const user = {
  id: 'a-user',
  address: hostile,
  epoch: 0,
  path: '/dashboard',
  takeUpgradeOffer: () => false,
  takeCodesLeft: () => undefined,
};
const passkey = {
  id: hostile,
  name: hostile,
  createdAt: new Date(0),
  lastUsedAt: null,
  lastDevice: null,
  aaguid: hostile,
  synced: true,
  automatic: false,
  vouched: true,
  signsInAlone: true,
  secondFactorOnly: false,
};
const used = { ...passkey, id: `${hostile}2`, lastUsedAt: new Date(), lastDevice: hostile };
const careful = { ...used, synced: false, automatic: true, vouched: false, signsInAlone: false };

const icon = { light: '/light.svg', dark: '/dark.svg' };
const dashboard = (members: Partial<Dashboard>, mayUpgrade = false) =>
  dashboardPage(
    { ...user, takeUpgradeOffer: () => mayUpgrade },
    (aaguid) => (aaguid === hostile ? icon : null),
    {
      passkeys: [],
      notice: '',
      noCodes: '',
      codes: null,
      device: 'Chrome on Linux',
      automatic: true,
      held: false,
      ...members,
    },
  );
const deletion = (remaining: WaysIn) =>
  deletePasskeyPage(user, { passkey, remaining, codesWouldDo: true, endsSessions: true });
const reauth = {
  returnTo: hostile,
  from: hostile,
  hasPassword: true,
  hasPasskey: true,
  available: true,
  sendsMail: true,
};

const way = { href: hostile, text: hostile };
const trouble = { heading: hostile, sentence: hostile, way, reference: hostile };

const pages: Record<string, Page> = {
  'sign-in': signInPage({ returnTo: hostile, email: hostile, problem: hostile }),
  'sign-in with problems': signInPage({
    returnTo: '/dashboard',
    problem: hostile,
    fieldProblems: { email: hostile, password: hostile },
  }),
  'sign-in after a password': signInPage({ returnTo: '/dashboard', lastMethod: 'password' }),
  'sign-in after a passkey': signInPage({ returnTo: '/dashboard', lastMethod: 'passkey' }),
  'dashboard, empty': dashboard({}),
  'dashboard without a passkey service': dashboard({
    passkeys: null,
    notice: hostile,
    invitation: 'elsewhere',
  }),
  'dashboard with passkeys': dashboard({
    passkeys: [passkey, careful],
    notice: hostile,
    created: passkey.id,
    usedNow: careful.id,
  }),
  'dashboard with all that it asks': dashboard(
    { passkeys: [{ ...used, aaguid: '' }], invitation: 'elsewhere', automatic: false },
    true,
  ),
  'dashboard where nothing is created by itself': dashboard({ automatic: null }),
  rename: renamePasskeyPage(user, passkey, { name: hostile, problem: hostile }),
  'rename at first': renamePasskeyPage(user, passkey),
  delete: deletion({ password: true, email: false, passkeys: 2, codesAlone: null }),
  'delete what is the only way in': deletion({
    password: false,
    email: false,
    passkeys: 0,
    codesAlone: null,
  }),
  'step-up': reauthPage(user, reauth),
  'step-up that failed': reauthPage(
    { ...user, path: '/dashboard', takeUpgradeOffer: () => true },
    { ...reauth, problem: hostile },
  ),
  'step-up by passkey alone': reauthPage(user, { ...reauth, hasPassword: false }),
  'step-up without a passkey service': reauthPage(user, { ...reauth, hasPasskey: false, available: false }),
  'step-up by nothing at all': reauthPage(user, {
    ...reauth,
    hasPassword: false,
    hasPasskey: false,
    available: false,
  }),
  'lost passkey': lostPasskeyPage(true),
  'help with passkeys': helpPasskeysPage,
  error: troublePage(null, trouble),
  'an error of somebody who is signed in': troublePage(
    { path: '/', state: { user } } as unknown as AppContext,
    trouble,
  ),
};

async function rendered(page: Page): Promise<{ body: string; cacheControl: string | undefined }> {
  const koa = new Koa<AppState, AppContext>();
  koa.use(views({ root, assets: loadAssets(root), origin: 'https://app.example.com', cache: true }));
  koa.use((ctx) => ctx.render(page));
  const answer = await supertest(koa.callback()).get('/');
  return { body: answer.text, cacheControl: answer.headers['cache-control'] };
}

describe.each(Object.entries(pages))('the page: %s', (_, page) => {
  it('[ASVS 1.2.1] escapes whatever a person may have typed, everywhere', async () => {
    const { body } = await rendered(page);
    expect(body).not.toMatch(/<script>|<img src=x|onerror=alert\(2\)>/);
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
