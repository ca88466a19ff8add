/**
 * Pictures of every page and state, for eyes: node --import tsx test/browser/screenshots.ts DIRECTORY [readme]
 * With `readme` only the few of the README, small and light.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { PasskeyServiceFault } from '../../src/passkeys/service-errors.ts';
import { paths } from '../../src/web/paths.ts';
import { person, startApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { addAuthenticator } from '../support/virtual-authenticator.ts';
import type { Visit } from './support/stage.ts';
import {
  arriveSignedIn,
  button,
  createPasskey,
  field,
  fillSignIn,
  passkeyList,
  signInWithPasskey,
} from './support/steps.ts';

const [directory, selection] = process.argv.slice(2);
if (!directory)
  throw new Error('Say where to: node --import tsx test/browser/screenshots.ts DIRECTORY [readme]');
const readme = selection === 'readme';
const widths = readme ? [768] : [360, 768, 1280];
const schemes = readme ? (['light'] as const) : (['light', 'dark'] as const);

let down = false;
const place = await mkdtemp(path.join(tmpdir(), 'latchkey-screenshots-'));
const url = `sqlite:${path.join(place, 'app.sqlite')}`;
const db = openDatabase(url, '/');
await migrate(db);
const app = await startApp({
  database: { url, db, drop: () => db.destroy() },
  env: { SECRET_KEYS: randomBytes(32).toString('base64url') },
  wrapTransport: (transport) => ({
    ...transport,
    fetch: (url, init) => {
      if (down) throw new PasskeyServiceFault('network');
      return transport.fetch(url, init);
    },
  }),
});
await app.app.accounts.create(person.email, person.password);
const browser = await launchBrowser();

try {
  await mkdir(directory, { recursive: true });
  await takeAll(await visitor());
} finally {
  await browser.close();
  await app.close();
  await db.destroy();
  await rm(place, { recursive: true, force: true });
}

async function visitor(): Promise<Visit> {
  const context = await browser.newContext({ baseURL: app.origin, viewport: { width: 768, height: 560 } });
  context.setDefaultTimeout(5_000);
  const page = await context.newPage();
  const open = async (address: string) => void (await page.goto(address));
  const authenticator = await addAuthenticator(page);
  return { context, page, authenticator, person, origin: app.origin, open, expectReport: () => {} };
}

async function takeAll(visit: Visit): Promise<void> {
  const { page } = visit;
  await visit.open(paths.login);
  await button(page, 'Sign in with a passkey').waitFor();
  await take(visit, 'login', true);
  await takeSignInStates(visit);
  await arriveSignedIn(visit);
  await take(visit, 'dashboard-empty');
  await visit.authenticator.setUserVerified(false);
  await button(page, 'Create a passkey').click();
  await page.getByText('No passkey was created.').waitFor();
  await take(visit, 'dashboard-cancelled');
  await visit.authenticator.setUserVerified(true);
  await takePasskeyStates(visit);
  await visit.open('/nowhere');
  await take(visit, 'error', true);
  down = true;
  await visit.open(paths.dashboard);
  await take(visit, 'dashboard-unavailable');
}

async function takeSignInStates(visit: Visit): Promise<void> {
  const { page } = visit;
  await button(page, 'Sign in with a passkey').click();
  await page.getByText('blocked the request').waitFor();
  await take(visit, 'login-passkey-refused');
  await visit.context.route(`**${paths.passkeyLogin}`, (route) => route.abort());
  await visit.open(paths.login);
  await button(page, 'Sign in with a passkey').click();
  await page.getByText('We could not be reached.').waitFor();
  await take(visit, 'login-offline');
  await visit.context.unrouteAll();
  await button(page, 'Sign in').click();
  await page.getByText('Enter your password.').waitFor();
  await take(visit, 'login-nothing-entered');
  await fillSignIn(visit, 'wrong password');
  await page.getByText('Email or password is wrong.').waitFor();
  await take(visit, 'login-wrong-password');
}

async function takePasskeyStates(visit: Visit): Promise<void> {
  const { page } = visit;
  for (const name of ['Security key', 'Work laptop', 'iCloud Keychain']) {
    await visit.open(paths.dashboard);
    await visit.authenticator.clear();
    await createPasskey(visit);
    await button(passkeyList(page).first(), 'Rename').click();
    await field(page, 'Name').fill(name);
    if (name === 'iCloud Keychain') await take(visit, 'rename', true);
    await button(page, 'Rename').click();
  }
  await take(visit, 'dashboard-notice');
  await visit.context.clearCookies();
  await visit.open(paths.login);
  await signInWithPasskey(visit);
  await take(visit, 'dashboard', true);
  await button(passkeyList(page).first(), 'Delete').click();
  await take(visit, 'delete', true);
  await page.goBack();
  await button(passkeyList(page).last(), 'Rename').click();
  await field(page, 'Name').fill('');
  await button(page, 'Rename').click();
  await take(visit, 'rename-without-name');
  await field(page, 'Name').fill('The passkey on the tablet that lives in the kitchen drawer, 2nd');
  await button(page, 'Rename').click();
  await take(visit, 'dashboard-long-name');
}

async function take({ page }: Visit, name: string, inReadme = false): Promise<void> {
  if (readme && !inReadme) return;
  for (const width of widths) {
    await page.setViewportSize({ width, height: readme ? 480 : 720 });
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      const file = readme ? `${name}.png` : `${name}-${width}-${colorScheme}.png`;
      await page.screenshot({ path: path.join(directory as string, file), fullPage: true, caret: 'hide' });
    }
  }
}
