/**
 * Whatever is sent as HTML is sound: html-validate finds nothing, by .htmlvalidate.mjs. What only a browser can tell, such
 * as contrast, is asked there, by axe.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ConfigData, HtmlValidate, StaticConfigLoader } from 'html-validate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDevelopmentTools } from '../../src/development/development-tools.ts';
import { createMailbox } from '../../src/mail/mailbox.ts';
import { createMailer } from '../../src/mail/mailer.ts';
import { createMessageRenderer } from '../../src/mail/message.ts';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { everyLetter } from '../support/every-letter.ts';
import { type SeenPage, seeEveryPage } from '../support/every-page.ts';
import { createWire } from '../support/wire.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Resolves what it is given once: to do so for each document takes as long as to look at the document. */
class OnceLoader extends StaticConfigLoader {
  private resolved: ReturnType<StaticConfigLoader['getConfigFor']> | undefined;

  override getConfigFor(handle: string) {
    this.resolved ??= super.getConfigFor(handle);
    return this.resolved;
  }
}

/** What it is asked by. */
const config: ConfigData = (await import(path.join(root, '.htmlvalidate.mjs'))).default;
const validatorWith = (rules: ConfigData['rules']) =>
  new HtmlValidate(new OnceLoader({ ...config, rules: { ...config.rules, ...rules } }));
const letters = everyLetter().map(([name, content]) => ({ name, ...createMessageRenderer(root)(content) }));

const ofPages = validatorWith({});
/** Programs that show mails leave stylesheets out, so that each element says itself how it looks. */
const ofMails = validatorWith({ 'no-inline-style': 'off' });
/**
 * The stylesheets of development are read anew each time, so that an edit shows: no hash knows them. The text of a mail is
 * shown as it is, and its signature begins with "-- ", a space at the end (RFC 3676, section 4.3).
 */
const ofDevelopment = validatorWith({ 'require-sri': 'off', 'no-trailing-whitespace': 'off' });

let directory: string;
let running: TestApp;
let pages: SeenPage[];
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
  const mailbox = createMailbox(directory);
  const mailer = createMailer({ from: 'no-reply@localhost', host: 'localhost', mailbox });
  const [{ name: _, ...letter } = { name: '', subject: '', text: '', html: '' }] = letters;
  await mailer.send({ id: 'a'.repeat(43), to: 'ada@example.com', ...letter });
  const wire = createWire();
  running = await startApp({
    env: { SMTP_URL: 'smtp://127.0.0.1:9' },
    development: createDevelopmentTools({ root, mailbox, origin: 'http://localhost:3000' }),
    wrapTransport: wire.wrapTransport,
  });
  pages = await seeEveryPage(running, wire);
});
afterAll(async () => {
  await running.close();
  await rm(directory, { recursive: true });
});

/** What is wrong in a document, and where in it. */
async function faultsOf(name: string, html: string, validator: HtmlValidate): Promise<string[]> {
  const { results } = await validator.validateString(html);
  const messages = results.flatMap((result) => result.messages);
  return messages.map(({ ruleId, message, line }) => `${name}, line ${line}: ${message} (${ruleId})`);
}

describe('html-validate finds nothing', () => {
  it('in any page', async () => {
    const faults: string[] = [];
    for (const [html, { method, path, status }] of new Map(pages.map((page) => [page.html, page]))) {
      const validator = path.startsWith('/dev/') ? ofDevelopment : ofPages;
      faults.push(...(await faultsOf(`${method} ${path} ${status}`, html, validator)));
    }
    expect(faults).toEqual([]);
  });

  it('in any mail', async () => {
    expect(letters.length).toBeGreaterThan(20);
    const faults: string[] = [];
    for (const { name, html } of letters) faults.push(...(await faultsOf(name, html, ofMails)));
    expect(faults).toEqual([]);
  });

  it('though it tells of a label that labels nothing', async () => {
    const html = pages.find(({ path }) => path === paths.login)?.html ?? '';
    const [fault] = await faultsOf('sign-in', html.replace(' for="email"', ' for="nothing"'), ofPages);
    expect(fault).toMatch(/^sign-in, line \d+: .*"nothing" \(no-missing-references\)$/);
  });
});

it('is asked about every address that answers with a page', () => {
  const routes = running.app.router.stack.filter(({ methods }) => methods.includes('GET'));
  const seen = pages.filter(({ status }) => status < 400);
  const others = routes.filter((route) => !seen.some(({ path }) => route.match(path)));
  const leading = [paths.home, paths.settings, paths.changePassword];
  const forPrograms = [paths.health, paths.readiness, paths.passkeyEndpoints, paths.passkeySignals];
  const files = [paths.activityFile, '/dev/ceremonies.css', '/dev/mailbox.css', '/dev/mailbox/:file'];
  expect(others.map(({ path }) => path).sort()).toEqual([...leading, ...forPrograms, ...files].sort());
});

it('is asked about pages that the passkey service does not answer for', () => {
  const without = pages.filter(({ html }) => html.includes('<p class="note">Passkeys are not available'));
  expect(without.map(({ path }) => path)).toEqual([paths.dashboard, paths.verifySignIn]);
});
