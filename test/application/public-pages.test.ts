/** Pages that everybody can come to by an address that has no secret in it: what a search engine may say of them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { send } from '../support/request.ts';

let running: MailedApp;
beforeAll(async () => {
  running = await startMailedApp();
});
afterAll(() => running.close());

/** Addresses of pages that a guest is shown, with their HTML. */
async function publicPages(): Promise<[path: string, html: string][]> {
  const paths = running.app.router.stack
    .filter(({ methods, path }) => methods.includes('GET') && !String(path).includes(':'))
    .map(({ path }) => String(path));
  const pages: [string, string][] = [];
  for (const path of paths) {
    const { status, text } = await send(running, path);
    if (status === 200 && text.startsWith('<!doctype html>')) pages.push([path, text]);
  }
  return pages;
}

it('each says in a sentence or two of its own what it is for, as long as a search engine shows it', async () => {
  const pages = await publicPages();
  expect(pages.length).toBeGreaterThan(7);
  const described = pages.map(([path, html]) => {
    const [description = '', ...more] = [...html.matchAll(/<meta name="description" content="([^"]*)">/g)];
    expect(more, path).toEqual([]);
    expect(description[1] ?? '', path).toMatch(/^[A-Z].{30,158}\.$/);
    return description[1];
  });
  // What is said after a mail was promised is said of each of those mails.
  expect(new Set(described).size).toBe(described.length - 2);
});
