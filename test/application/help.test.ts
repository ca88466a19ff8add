import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { send, signedInCookie } from '../support/request.ts';

const pages = [
  { path: paths.lostPasskey, heading: 'Lost your passkey?' },
  { path: paths.helpPasskeys, heading: 'About passkeys' },
];

let running: TestApp;
beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());

const html = async (path: string) => (await send(running, path)).text;
const linksOf = (text: string) => [...text.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href = '']) => href);
const words = (text: string) => text.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

describe.each(pages)('$path', ({ path, heading }) => {
  it('is the same for guests and for people who are signed in, and tells nothing of an account', async () => {
    const guest = await send(running, path);
    const user = await send(running, path, { headers: { Cookie: await signedInCookie(running) } });
    expect([guest.status, user.status]).toEqual([200, 200]);
    expect(guest.text).toContain(`<h1>${heading}</h1>`);
    expect(user.text).toBe(guest.text);
    expect(guest.text).not.toContain(person.email);
    expect([guest.headers['cache-control'], guest.headers['set-cookie']]).toEqual(['no-store', undefined]);
  });

  it('has only links that lead somewhere', async () => {
    const links = linksOf(await html(path));
    expect(links).toContain(paths.login);
    expect(links).toContain(pages.find((other) => other.path !== path)?.path);
    for (const link of new Set(links)) {
      const [address, anchor] = link.split('#');
      const target = await send(running, address || path);
      expect([200, 303], link).toContain(target.status);
      if (anchor) expect(target.text, link).toContain(` id="${anchor}"`);
    }
  });

  it('speaks as people do, and promises no way that there is not', async () => {
    const text = words(await html(path));
    expect(text).not.toMatch(/credential|authenticator(?! for)|WebAuthn|FIDO|relying party/i);
    expect(text).not.toMatch(/\breset (your|the) password|we (will )?(e?mail|send)/i);
  });
});

it('the lost passkey page names the ways back in the order in which to try them', async () => {
  const text = words(await html(paths.lostPasskey));
  const ways = [
    'With your password',
    'With another passkey',
    'A recovery code.',
    'Get the passkey back',
    'Ask the people who run this site',
  ];
  const places = ways.map((way) => text.indexOf(way));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

it('the lost passkey page offers a link by mail, where mail can be sent', async () => {
  expect(linksOf(await html(paths.lostPasskey))).not.toContain(paths.forgotPassword);
  const mailing = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:1' } });
  try {
    const { text } = await send(mailing, paths.lostPasskey);
    expect(linksOf(text)).toContain(paths.forgotPassword);
    expect(words(text)).toContain('With an emailed link.');
  } finally {
    await mailing.close();
  }
});

it('the help page lists all its parts first', async () => {
  const text = await html(paths.helpPasskeys);
  const parts = [...text.matchAll(/<h2 id="([^"]+)"/g)].map(([, id]) => `#${id}`);
  const listed = linksOf(text.slice(text.indexOf('<nav'), text.indexOf('</nav>')));
  expect(listed).toEqual(expect.arrayContaining(parts.filter((part) => part !== '#contents')));
  expect(new Set(listed).size).toBe(listed.length);
});
