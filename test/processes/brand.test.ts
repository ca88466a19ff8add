/**
 * A fork that calls itself Acme and has a page of its own, built for production: nothing that anybody reads has the former
 * name, and nothing is there that only developers need.
 */
import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import type { Server } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brand } from '../../src/brand.ts';
import { built, root } from '../support/built.ts';
import type * as everyRoute from '../support/every-route.ts';
import { type Fork, forkProject } from '../support/fork.ts';
import { freePort } from '../support/free-port.ts';
import type * as mailed from '../support/mailed.ts';

const former = new RegExp(`.{0,40}(${brand.name}|${brand.slug}).{0,40}`, 'gi');
const accent = { former: brand.colours.light.accent, own: '#7a1f5c' };

/** What only developers need. */
const tools = ['development.js', 'development.js.map'];

let fork: Fork;
let running: mailed.MailedApp;
/** Every answer of the walk, as it was sent: the headers, and the body. */
const answers: string[] = [];
let left: string[];

beforeAll(async () => {
  fork = await forkProject();
  const source = await fork.read('src/brand.ts');
  const renamed = source
    .replace(`name: '${brand.name}'`, "name: 'Acme'")
    .replace(`slug: '${brand.slug}'`, "slug: 'acme'")
    .replace(/support: (null|'.*')/, "support: 'help@acme.example'")
    .replace(accent.former, accent.own);
  await fork.write('src/brand.ts', renamed);
  await addOwnPage();
  // From an earlier build, for development.
  await mkdir(path.join(fork.directory, 'dist'));
  for (const name of tools) await fork.write(`dist/${name}`, '');
  await fork.build();
  // The copy's own modules, beside those of this project.
  const { startMailedApp, walkThroughEveryRoute } = await fork.load<typeof mailed & typeof everyRoute>(
    'test/support/mailed.ts',
    'test/support/every-route.ts',
  );
  running = await startMailedApp();
  keepAnswers(running.server);
  left = await walkThroughEveryRoute(running);
}, 120_000);
afterAll(async () => {
  await running.close();
  await fork.remove();
});

/** As the README says: the files of the example, and each line below the one that the README shows above it. */
async function addOwnPage(): Promise<void> {
  await cp(path.join(root, 'examples/own-page'), fork.directory, { recursive: true });
  const [, diff = ''] = /```diff\n(.*?)```/s.exec(await readFile(path.join(root, 'README.md'), 'utf8')) ?? [];
  let [file, above] = ['', ''];
  for (const line of diff.trimEnd().split('\n')) {
    if (/^\w/.test(line)) file = line;
    else if (line.startsWith('+')) await fork.change(file, above, `${above}\n${line.slice(1)}`);
    else above = line.slice(1);
  }
}

function keepAnswers(server: Server): void {
  server.prependListener('request', (_request, response) => {
    const { write, end } = response;
    const keep = (chunk: unknown) => {
      if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) answers.push(String(chunk));
    };
    response.write = (...args: unknown[]) => {
      keep(args[0]);
      return write.apply(response, args as never);
    };
    response.end = (...args: unknown[]) => {
      answers.push(JSON.stringify(response.getHeaders()));
      keep(args[0]);
      return end.apply(response, args as never);
    };
  });
}

const found = (texts: readonly string[]) => texts.flatMap((text) => text.match(former) ?? []);

describe('a fork that is called Acme', () => {
  it('has that name, its colour and its address on pages, in headers and in mails', async () => {
    const pages = answers.filter((text) => text.startsWith('<!doctype html>'));
    expect(pages.length).toBeGreaterThan(40);
    for (const page of pages) expect(page).toMatch(/<title>[^<]+ · Acme<\/title>/);
    const cookies = answers.flatMap((text) => text.match(/"set-cookie":\["[\w-]+/g) ?? []);
    expect(cookies.length).toBeGreaterThan(20);
    for (const cookie of cookies) expect(cookie).toContain('"acme-');
    for (const piece of ['filename=\\"acme-data.json\\"', '"rp":{"id":"localhost","name":"Acme"}'])
      expect([piece, answers.some((text) => text.includes(piece))]).toEqual([piece, true]);
    for (const mail of running.mail.mails) {
      expect(mail.from?.text).toMatch(/Acme/);
      expect(mail.text).toMatch(/\n-- \nAcme\nQuestions\? Write to help@acme\.example\n$/);
      expect(mail.html).toContain('href="mailto:help@acme.example"');
    }
    const coloured = running.mail.mails.filter(({ html }) =>
      String(html).includes(`background:${accent.own}`),
    );
    expect(coloured.length).toBeGreaterThan(3);
  });

  it('shows the former name and colour nowhere: no page, header, mail or line of the log', async () => {
    expect(left).toEqual([]);
    const mails = running.mail.mails.flatMap(({ text, html, subject, from }) => [
      text,
      html,
      subject,
      from?.text,
    ]);
    expect(mails.length).toBeGreaterThan(20);
    expect(running.log.length).toBeGreaterThan(100);
    expect(found([...answers, ...mails.map(String), ...running.log])).toEqual([]);
    expect([...answers, ...mails].filter((text) => String(text).includes(accent.former))).toEqual([]);
  });

  it('has it in no bundle, but for three labels by which what was made before is still found', async () => {
    const dist = path.join(fork.directory, 'dist');
    const names = (await readdir(dist)).filter((name) => name.endsWith('.js'));
    const files = names.map((name) => path.join(dist, name));
    // What a build for production leaves out has no name of its own at all.
    files.push(built('development.js'));
    const bundles = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    // esbuild names packages by their paths, and the directory of this project may be called as it likes.
    const labels = bundles
      .flatMap((text) => text.match(/latchkey[^`'"\n\\$]*/gi) ?? [])
      .filter((label) => !label.includes('/node_modules/'));
    expect([...new Set(labels)].sort()).toEqual([
      'latchkey deployment',
      'latchkey link',
      'latchkey passkey-api signing key',
    ]);
  });

  it('[ASVS 15.2.3] has nothing in production that only developers need, not even from an earlier build', async () => {
    const dist = path.join(fork.directory, 'dist');
    const names = await readdir(dist);
    expect(names).toContain('server.js');
    expect(names.filter((name) => tools.includes(name))).toEqual([]);
    const server = await readFile(path.join(dist, 'server.js'), 'utf8');
    expect(server).toContain('import("./development.js")');
    for (const address of ['/dev/ceremonies', '/dev/mailbox']) expect(server).not.toContain(address);
    const { sources } = JSON.parse(await readFile(path.join(dist, 'server.js.map'), 'utf8'));
    expect(sources.filter((source: string) => source.includes('src/development/'))).toEqual([]);
  });

  it('has its colour in the stylesheet and in the icon', async () => {
    const assets = path.join(fork.directory, 'public/assets');
    const names = (await readdir(assets)).filter((name) => /^(styles|icon)-\w+\.(css|svg)$/.test(name));
    expect(names).toHaveLength(2);
    for (const name of names) {
      const text = await readFile(path.join(assets, name), 'utf8');
      expect([name, text.includes(accent.own), text.includes(accent.former)]).toEqual([name, true, false]);
    }
  });

  it('says its name when it starts, and keeps its database under it, for this user alone; in development it goes without what only developers need', async () => {
    const port = await freePort();
    const child = spawn(process.execPath, ['dist/server.js'], {
      cwd: fork.directory,
      env: { PATH: process.env.PATH, PORT: String(port), SECRET_KEYS: running.config.secretKeys[0] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = new Promise((resolve) => child.once('close', resolve));
    let printed = '';
    const serving = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => {
          printed += chunk;
          if (printed.includes('is serving')) resolve();
        });
    });
    await Promise.race([serving, closed]);
    expect(printed).toContain(`Acme is serving http://localhost:${port}`);
    for (const page of ['ceremonies', 'mailbox'])
      expect((await fetch(`http://127.0.0.1:${port}/dev/${page}`)).status, page).toBe(404);
    child.kill('SIGKILL');
    await closed;
    expect(printed.match(/the tools for developers could not be loaded/g)).toHaveLength(1);
    expect(found([printed])).toEqual([]);
    // Everybody knows the password of its account: it is for this user alone.
    expect((await stat(path.join(fork.directory, 'data/acme.sqlite'))).mode & 0o777).toBe(0o600);
  });

  it('is not built in a colour that nobody can read', async () => {
    await fork.change('src/brand.ts', accent.own, '#777777');
    await expect(fork.build()).rejects.toThrow(
      /The brand cannot be used; look at src\/brand\.ts:\n {2}- colours\.light: --accent \(#777777\) on --card /,
    );
    expect(await readdir(path.join(fork.directory, 'dist'))).toContain('server.js');
  });
});

describe('a page of one’s own, of three files', () => {
  it('is for whoever is signed in, in the frame of all pages', async () => {
    const [hello] = answers.filter((text) => text.includes('<title>Hello · Acme</title>'));
    expect(hello).toMatch(/<p>You are \S+@example\.com, and have been here since [^<]+\.<\/p>/);
    expect(hello).toContain('<button class="quiet" type="submit">Sign out</button>');
    const answer = await fetch(`${running.url}/hello`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/login?return_to=%2Fhello']);
  });

  it('has its line among the imports where `npm run check` wants it', async () => {
    const imported = [
      ...(await fork.read('src/web/routes.ts')).matchAll(/^import .* from '(\.\/.+)\.ts';$/gm),
    ];
    const modules = imported.map(([, module]) => module);
    expect(modules).toContain('./hello/hello');
    expect(modules).toEqual(modules.toSorted());
  });
});
