/** The built server in production behind nginx and behind Caddy, each as docs/proxies sets it up, with TLS and a browser. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestOptions, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { buttonsOnly, claimCapabilities, type Visit } from '../browser/support/stage.ts';
import {
  button,
  createPasskey,
  field,
  fillSignIn,
  seesHeading,
  signInWithPasskey,
  signOut,
} from '../browser/support/steps.ts';
import { launchBrowser } from '../support/browser.ts';
import { built, root } from '../support/built.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { linkIn, type MailServer, startMailServer } from '../support/mail-server.ts';
import { endProcesses, type ServerProcess, startServerProcess } from '../support/process.ts';
import { addAuthenticator } from '../support/virtual-authenticator.ts';
import { type Certificate, makeCertificate } from './support/certificates.ts';
import { installed } from './support/installed.ts';
import { type Front, type RunningProxy, startCaddy, startNginx } from './support/proxy.ts';

/** Those that are installed. */
const fronts = [
  { name: 'nginx', program: installed('nginx') ?? '', start: startNginx },
  { name: 'Caddy', program: installed('caddy') ?? '', start: startCaddy },
].filter(({ program }) => program !== '');
const person = { email: 'mary@example.com', password: 'frankenstein-or-prometheus' };
/** Where a visitor comes from that is not the proxy: all of 127.0.0.0/8 is this machine. */
const elsewhere = '127.0.0.9';

describe.each(fronts)('behind $name', ({ name, program, start }) => {
  let directory: string;
  let database: TestDatabase;
  let mail: MailServer;
  let server: ServerProcess;
  let proxy: RunningProxy;
  let browser: Browser;
  let certificate: Certificate;
  let front: Front;
  let origin: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'latchkey-proxies-'));
    certificate = await makeCertificate(directory, 'localhost');
    front = {
      directory,
      http: await freePort(),
      https: await freePort(),
      application: await freePort(),
      certificate,
    };
    origin = `https://localhost:${front.https}`;
    database = await createTestDatabase();
    mail = await startMailServer();
    env = {
      NODE_ENV: 'production',
      ORIGIN: origin,
      TRUST_PROXY: '127.0.0.1',
      SMTP_URL: mail.url,
      SECRET_KEYS: inject('secretKey'),
    };
    server = await startServerProcess({ databaseUrl: database.url, port: front.application, env });
    await server.ready();
    proxy = await start(program, front);
    browser = await launchBrowser({ trusts: certificate.fingerprint });
  });
  afterAll(async () => {
    await browser?.close();
    await proxy?.stop();
    await endProcesses();
    await mail?.stop();
    await database?.drop();
    if (directory) await rm(directory, { recursive: true, force: true });
  });

  /** One request over TLS, from an address that is not the proxy's. */
  async function ask(address: string, options: RequestOptions = {}) {
    const ca = await readFile(certificate.authority);
    return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>(
      (resolve, reject) => {
        const common = { localAddress: elsewhere, family: 4, ca, agent: false, ...options };
        request(`${origin}${address}`, common, async (response) => {
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body: await buffer(response) });
        })
          .once('error', reject)
          .end();
      },
    );
  }

  /** The lines of the server's log about requests, newest last. */
  const requests = () =>
    server
      .output()
      .split('\n')
      .filter((line) => line.includes('"msg":"request"'))
      .map((line) => JSON.parse(line) as { address: string });

  it('somebody signs up by mail, signs in, creates a passkey, and signs in with it', async () => {
    const context: BrowserContext = await browser.newContext({ baseURL: origin });
    await context.addInitScript(claimCapabilities, buttonsOnly);
    const page = await context.newPage();
    await addAuthenticator(page);
    const visit = { context, page, person } as unknown as Visit;

    // Typed without the scheme, as people do.
    await page.goto(`http://localhost:${front.http}${paths.signUp}`);
    expect(page.url()).toBe(origin + paths.signUp);
    await field(page, 'Email').fill(person.email);
    await field(page, 'Password').fill(person.password);
    await button(page, 'Create account').click();
    await seesHeading(page, 'Check your email');
    await vi.waitFor(() => expect(mail.mailsTo(person.email)).toHaveLength(1), { timeout: 15_000 });
    const [letter] = mail.mailsTo(person.email);
    expect(letter?.text).toContain(`${origin}/verify-email/`);
    const link = linkIn(letter);
    await page.goto(link);
    await button(page, 'Confirm').click();
    await seesHeading(page, 'Dashboard');
    await signOut(visit);
    await fillSignIn(visit);
    await seesHeading(page, 'Dashboard');
    await createPasskey(visit);
    await signOut(visit);
    await signInWithPasskey(visit);
    expect(await page.getByText(person.email).isVisible()).toBe(true);

    const cookies = await context.cookies();
    const session = cookies.find(({ name }) => name === `__Host-latchkey-${front.https}-session`);
    expect(session).toMatchObject({ secure: true, httpOnly: true, path: '/', domain: 'localhost' });
    for (const { name, secure } of cookies)
      expect([name, secure]).toEqual([expect.stringMatching(/^__Host-latchkey-/), true]);
    expect(await proxy.logged()).not.toContain(link.split('/').at(-1));
    await context.close();
  });

  it('the address that counts is the visitor’s, whatever they claim', async () => {
    for (const forwarded of [undefined, '203.0.113.7', '203.0.113.7, 127.0.0.1', 'unknown']) {
      const headers = forwarded ? { 'X-Forwarded-For': forwarded } : {};
      expect((await ask(paths.login, { headers })).status).toBe(200);
      await vi.waitFor(() => expect(requests().at(-1)?.address).toBe(elsewhere));
    }
    expect(server.output()).not.toMatch(/TRUST_PROXY|count as one/);
  });

  it('nobody is taken for somebody over https who is not, nor the other way round', async () => {
    for (const claimed of ['http', 'https,http', ''])
      expect((await ask(paths.login, { headers: { 'X-Forwarded-Proto': claimed } })).status).toBe(200);
    const plain = await fetch(`http://localhost:${front.http}/login?a=b`, {
      headers: { 'X-Forwarded-Proto': 'https' },
      redirect: 'manual',
    });
    expect([plain.status, plain.headers.get('Location')]).toEqual([308, `${origin}/login?a=b`]);
  });

  // Caddy answers an authority by itself.
  if (name === 'nginx')
    it('what certbot puts there is found without TLS', async () => {
      const challenges = path.join(directory, '.well-known/acme-challenge');
      await mkdir(challenges, { recursive: true });
      await chmod(directory, 0o755);
      await writeFile(path.join(challenges, 'token'), 'token.thumbprint');
      const found = await fetch(`http://localhost:${front.http}/.well-known/acme-challenge/token`);
      expect([found.status, await found.text()]).toEqual([200, 'token.thumbprint']);
    });

  it('headers and compressed answers arrive as they were sent', async () => {
    const plain = await ask(paths.login, { headers: { 'Accept-Encoding': 'identity' } });
    expect(plain.headers['strict-transport-security']).toBe('max-age=63072000');
    const page = await ask(paths.login, { headers: { 'Accept-Encoding': 'br' } });
    expect(page.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(page.body).equals(plain.body)).toBe(true);
    const [, styles = ''] = /href="(\/assets\/[^"]+\.css)"/.exec(plain.body.toString()) ?? [];
    const file = await ask(styles, { headers: { 'Accept-Encoding': 'identity' } });
    const packed = await ask(styles, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.body).equals(file.body)).toBe(true);
  });

  it('the doctor finds the way here, and a certificate for another name', async () => {
    const doctor = (more: Record<string, string>) =>
      promisify(execFile)(process.execPath, [built('chores.js'), 'doctor'], {
        cwd: root,
        env: {
          PATH: process.env.PATH,
          DATABASE_URL: database.url,
          NODE_EXTRA_CA_CERTS: certificate.authority,
          ...env,
          ...more,
        },
      }).then(
        ({ stdout }) => stdout,
        ({ stdout }) => stdout as string,
      );
    expect(await doctor({})).toContain(`ok       address: ${origin} leads here`);
    expect(await doctor({ NODE_EXTRA_CA_CERTS: '' })).toContain('nobody whom this machine trusts');
    const other = await makeCertificate(directory, 'elsewhere.example');
    const [key, cert] = [await readFile(other.key), await readFile(other.certificate)];
    const stranger = createServer({ key, cert }, (_, response) => response.end());
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    const more = { ORIGIN: `https://localhost:${port}`, NODE_EXTRA_CA_CERTS: other.authority };
    const told = await doctor(more);
    stranger.close();
    expect(told).toMatch(
      /^fault {4}address: .* not good \(ERR_TLS_CERT_ALTNAME_INVALID\): expired, or for another name/m,
    );
  });

  it('no secret of a link gets into the log of the proxy when the server is away', async () => {
    server.signal('SIGTERM');
    await server.ended;
    const { status } = await ask(paths.verifyEmail('a-secret-of-a-link'), {
      headers: { Referer: `${origin}${paths.resetPassword('another-secret')}` },
    });
    expect(status).toBe(502);
    expect((await ask('/login')).status).toBe(502);
    // Where nothing is logged, no secret is found either.
    await expect.poll(() => proxy.logged()).toMatch(/"(status":| )502\b/);
    expect(await proxy.logged()).not.toMatch(/a-secret-of-a-link|another-secret/);
  });
});
