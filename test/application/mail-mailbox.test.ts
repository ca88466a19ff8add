/** The mailbox of development, as a developer meets it: what would have been mailed, with links to follow. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDevelopmentTools } from '../../src/development/development-tools.ts';
import { createMailbox, type Mailbox } from '../../src/mail/mailbox.ts';
import { createMailer, type Mailer } from '../../src/mail/mailer.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { send } from '../support/request.ts';

const root = path.resolve(import.meta.dirname, '../..');
const address = '/dev/mailbox';

let directory: string;
let mailbox: Mailbox;
let mailer: Mailer;
let running: TestApp;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
  mailbox = createMailbox(directory);
  mailer = createMailer({ from: 'no-reply@localhost', host: 'localhost', mailbox });
  running = await startApp({
    development: createDevelopmentTools({ root, mailbox, origin: 'https://app.example.com:8443' }),
  });
});
afterAll(async () => {
  await running.close();
  await rm(directory, { recursive: true });
});

beforeEach(async () => {
  for (const file of await readdir(directory)) await rm(path.join(directory, file));
});

const page = () => send(running, address);
const mail = (subject: string, text: string) =>
  mailer.send({ id: subject.padEnd(43, '-'), to: 'ada@example.com', subject, text, html: `<p>${text}</p>` });

describe('the mailbox', () => {
  it('says how mails get there, while there are none', async () => {
    const { status, text } = await page();
    expect([status, text]).toEqual([200, expect.stringContaining('None yet')]);
    expect(text).not.toContain('<article');
  });

  it('shows the newest first: to whom, about what, when, and the text with its links', async () => {
    await mail('First', 'Hello.\n\nhttp://localhost:3000/verify-email/abc_DEF-123?x=1&y=2\n\nBye.\n');
    await mail('Second', 'Nothing to open.\n');
    const { text, headers } = await page();
    expect(headers['cache-control']).toBe('no-store');
    const [, second = '', first = '', ...others] = text.split('<article');
    expect(others).toEqual([]);
    expect(second).toContain('<h2>Second</h2>');
    expect(second).not.toContain('href="http');
    expect(first).toContain('<h2>First</h2>');
    expect(first).toContain('To ada@example.com');
    expect(first).toMatch(/<time datetime="\d{4}-\d\d-\d\dT[\d:.]+Z">\d+ \w+ \d{4}, \d\d:\d\d UTC<\/time>/);
    expect(first).toContain(
      '<a href="http://localhost:3000/verify-email/abc_DEF-123?x=1&amp;y=2">http://localhost:3000/verify-email/abc_DEF-123?x=1&amp;y=2</a>',
    );
    expect(first).toContain('Hello.');
    expect(text).not.toContain('None yet');
  });

  it('[ASVS 1.2.1] is escaped, whatever is in a mail, and links nothing but addresses', async () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3)`;
    await mail(hostile, `${hostile}\nhttps://x.example/"onmouseover="alert(4)\n`);
    const { text } = await page();
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text).not.toMatch(/<img|href="javascript|"onmouseover/);
  });
});

describe('a mail as HTML', () => {
  const frameOf = async () => /<iframe src="([^"]+)"[^>]*>/.exec((await page()).text) ?? [];

  it('stands in a frame of the page, which lets it run nothing and reach nothing', async () => {
    await mail('Framed', 'Hello.');
    const [frame = '', source = ''] = await frameOf();
    expect(frame).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
    expect((await page()).headers['content-security-policy']).toMatch(
      /default-src 'none'.*;frame-src 'self'$/,
    );
    const { status, text, headers } = await send(running, source);
    expect([status, text]).toEqual([200, '<p>Hello.</p>']);
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
    );
    expect(headers).toMatchObject({ 'x-frame-options': 'SAMEORIGIN', 'cache-control': 'no-store' });
  });

  it('has its pictures in it, and opens its links in tabs of their own', async () => {
    const images = [{ id: 'mark@mail', png: Buffer.from('a picture') }];
    const html = '<html><head><title>T</title></head><body><img src="cid:mark@mail"></body></html>';
    const to = 'ada@example.com';
    await mailer.send({ id: 'pictures', to, subject: 'Pictures', text: 'Hello.', html, images });
    const [, source = ''] = await frameOf();
    const { text } = await send(running, source);
    expect(text).toContain('<base target="_blank">');
    expect(text).toContain(`<img src="data:image/png;base64,${images[0]?.png.toString('base64')}">`);
  });

  it('is not there under another name', async () => {
    expect((await send(running, `${address}/..%2Fapp.sqlite`)).status).toBe(404);
    expect((await send(running, `${address}/nothing.eml`)).status).toBe(404);
  });
});

it('[ASVS 13.4.5] pages for developers are there under the names of this machine and of the site, and no other', async () => {
  const statusAt = async (path: string, Host: string) =>
    (await send(running, path, { headers: { Host } })).status;
  for (const path of [address, '/dev/mailbox.css', '/dev/ceremonies', '/dev/ceremonies.css']) {
    for (const host of ['localhost:3000', '127.0.0.1:8000', '[::1]', 'app.example.com:8443'])
      expect([path, host, await statusAt(path, host)]).toEqual([path, host, 200]);
    for (const host of [
      'attacker.example',
      'localhost.attacker.example:3000',
      'app.example.com',
      '192.0.2.1',
    ])
      expect([path, host, await statusAt(path, host)]).toEqual([path, host, 404]);
  }
});

describe('where mails are really sent', () => {
  it('the page says so, and shows neither a mail nor the settings', async () => {
    const sending = await startApp({
      development: createDevelopmentTools({ root, mailbox: null, origin: 'http://localhost:3000' }),
      env: { SMTP_URL: 'smtp://latchkey:hunter2@127.0.0.1:9' },
    });
    const { status, text } = await send(sending, address);
    expect([status, text]).toEqual([200, expect.stringContaining('Mails go to the mail server of SMTP_URL')]);
    expect(text).not.toMatch(/hunter2|<article/);
    await sending.close();
  });
});

describe('without the development tools', () => {
  it('the address is like any other that does not exist', async () => {
    const bare = await startApp();
    const headers = { Accept: 'text/html' };
    const nowhere = await send(bare, '/dev/nowhere', { headers });
    const unknown = await send(bare, address, { headers });
    expect([unknown.status, unknown.text]).toEqual([404, nowhere.text]);
    await bare.close();
  });
});
