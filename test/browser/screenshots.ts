/**
 * Pictures of every page and state, for eyes: node --import tsx test/browser/screenshots.ts DIRECTORY [readme | sheets]
 * With `readme` only the few of the README, small and light; with `sheets` one sheet for each topic, with all its states
 * on a phone and on a desk, in light and in dark. `npm run docs:images` draws both kinds for the repository.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { PasskeyServiceFault } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import { launchBrowser } from '../support/browser.ts';
import { startMailedApp } from '../support/mailed.ts';
import { addAuthenticator } from '../support/virtual-authenticator.ts';
import { joining, type MailedWalk, recovering, settings } from './support/account-pictures.ts';
import { drawSheet, type Row } from './support/contact-sheet.ts';
import * as dashboard from './support/dashboard-pictures.ts';
import { mails } from './support/mail-pictures.ts';
import { signInPages, stepUp, type Walk } from './support/pictures.ts';
import { refused } from './support/refused-pictures.ts';
import { watchTraffic } from './support/rest.ts';
import { secondFactor } from './support/second-factor-pictures.ts';
import type { Visit } from './support/stage.ts';
import { arriveSignedIn } from './support/steps.ts';

const [directory, selection] = process.argv.slice(2);
if (!directory)
  throw new Error('Say where to: node --import tsx test/browser/screenshots.ts DIRECTORY [readme | sheets]');
const readme = selection === 'readme';
const sheets = selection === 'sheets';
const widths = readme ? [768] : sheets ? [360, 1280] : [360, 768, 1280];
const schemes = readme ? (['light'] as const) : (['light', 'dark'] as const);

let down = false;
const people = [
  ...['ada', 'grace', 'alan', 'barbara', 'edsger', 'margaret', 'dennis', 'radia'],
  ...['joan', 'kathleen', 'frances', 'rosalind', 'hedy', 'annie'],
];
const place = await mkdtemp(path.join(tmpdir(), 'latchkey-screenshots-'));
const pictures = sheets ? place : directory;
const url = `sqlite:${path.join(place, 'app.sqlite')}`;
const db = openDatabase(url, '/');
await migrate(db);
const app = await startMailedApp({
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
const browser = await launchBrowser();

try {
  await mkdir(directory, { recursive: true });
  for (const [topic, walk, capabilities] of walks()) {
    const visit = await visitor(capabilities);
    const rows: Row[] = [];
    const take = async (name: string, inReadme = false) => {
      if (inReadme || !readme) rows.push({ name, files: await picturesOf(visit, name) });
    };
    await walk({ app, visit, take });
    await visit.context.close();
    if (sheets) await drawSheet(browser, { topic, rows, from: place, into: directory });
  }
} finally {
  await browser.close();
  await app.close();
  await db.destroy();
  await rm(place, { recursive: true, force: true });
}

type Topic = [
  topic: string,
  walk: (walk: MailedWalk) => Promise<void>,
  capabilities: Record<string, boolean>,
];

/** Each with what the browser says that it can do. */
function walks(): Topic[] {
  const { creationStates, management, anotherDevice, automatically, manyPasskeys } = dashboard;
  const phones = { hybridTransport: true };
  return [
    ['signing-in', signInPages, phones],
    ['creating-a-passkey', creationStates, phones],
    ['managing-passkeys', management, phones],
    ['confirming-that-it-is-you', stepUp, phones],
    ['on-another-device', anotherDevice, phones],
    ['many-passkeys', manyPasskeys, phones],
    ['automatic-passkeys', automatically, { conditionalCreate: true }],
    ['signing-up', joining, {}],
    ['getting-back-in', recovering, {}],
    ['settings', settings, {}],
    ['what-was-refused', refused, {}],
    ['mails', mails, {}],
    // Last: after an outage passkeys stay away for a while.
    ['passkey-after-password', afterPassword, phones],
    ['without-the-passkey-service', serviceIsDown, {}],
  ];
}

function afterPassword(walk: Walk): Promise<void> {
  return secondFactor(walk, (state) => {
    down = state === 'down';
  });
}

async function serviceIsDown({ visit, take }: Walk): Promise<void> {
  await arriveSignedIn(visit);
  down = true;
  await visit.open(paths.dashboard);
  await take('dashboard-unavailable');
  await visit.open(paths.reauth);
  await take('reauth-unavailable');
  down = false;
}

/** A browser profile of its own and an account; the browser offers nothing by itself but what is claimed. */
async function visitor(claimed: Record<string, boolean>): Promise<Visit> {
  const email = `${people.shift()}@example.com`;
  const person = { email, password: 'analytical-engine-1843' };
  await app.createAccount(person.email, person.password);
  const context = await browser.newContext({ baseURL: app.origin, viewport: { width: 768, height: 560 } });
  context.setDefaultTimeout(20_000);
  watchTraffic(context);
  const capabilities = {
    conditionalGet: false,
    conditionalCreate: false,
    passkeyPlatformAuthenticator: true,
    ...claimed,
  };
  // What tsx wraps functions in, also those that run in the page.
  await context.addInitScript('globalThis.__name = (wrapped) => wrapped');
  await context.addInitScript((claimed) => {
    if (!('PublicKeyCredential' in window)) return;
    Object.assign(PublicKeyCredential, { getClientCapabilities: async () => claimed });
  }, capabilities);
  const page = await context.newPage();
  const open = async (address: string) => void (await page.goto(address));
  const authenticator = await addAuthenticator(page);
  return { app, context, page, authenticator, person, origin: app.origin, open, expectReport: () => {} };
}

/** @returns the files of the page as it is now, from narrow to wide */
async function picturesOf({ page }: Visit, name: string): Promise<string[]> {
  const files: string[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: readme ? 480 : 720 });
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      const file = path.join(pictures, readme ? `${name}.png` : `${name}-${width}-${colorScheme}.png`);
      await page.screenshot({ path: file, fullPage: true, caret: 'hide', animations: 'disabled' });
      files.push(file);
    }
  }
  return files;
}
