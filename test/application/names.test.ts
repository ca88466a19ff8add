/** Names that people give, and names that a service has for their passkeys, wherever they are read: in pages, files and mails. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person } from '../support/app.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { givePasskey, signedIn } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const name = 'הטלפון (2) של עדה';
const isolate = `\u2068${name}\u2069`;

let running: MailedApp;
let visitor: Visitor;
let id: string;
beforeAll(async () => {
  running = await startMailedApp();
});
afterAll(() => running.close());
beforeEach(async () => {
  for (const table of ['sessions', 'activity', 'outbox', 'passkey_api_credentials', 'passkey_records'])
    await running.database.db(table).delete();
  visitor = createVisitor(running);
  await signedIn(running, visitor);
  id = await givePasskey(running, visitor.authenticator);
});

/** Every page that has the name of a passkey on it, after that passkey has signed somebody in. */
async function pagesWithNames(): Promise<[path: string, html: string][]> {
  await visitor.signOut();
  await visitor.signInWithPasskey();
  const read: [string, string][] = [];
  const all = [
    paths.dashboard,
    paths.deletePasskey(id),
    paths.reviewPasskeys,
    paths.activity,
    paths.sessions,
  ];
  for (const path of all) read.push([path, (await visitor.get(path)).text]);
  return read;
}

/** What people read, between the tags. */
const textOf = (html: string) => html.replaceAll(/<bdi>|<\/bdi>/g, '|').replaceAll(/<[^>]*>/g, '\n');

describe('a name that a person gives', () => {
  it('stands in an element of its own on every page, and on the one that tells of it first', async () => {
    expect((await visitor.postForm(paths.renamePasskey(id), { name })).status).toBe(303);
    const told = (await visitor.get(paths.dashboard)).text;
    expect(told).toContain(`Renamed to <bdi>${name}</bdi>.`);
    for (const [path, html] of await pagesWithNames()) {
      const around = textOf(html).split(name);
      expect(around.length, path).toBeGreaterThan(1);
      for (const before of around.slice(0, -1)) expect(before.at(-1), path).toBe('|');
      for (const after of around.slice(1)) expect(after.at(0), path).toBe('|');
    }
  });

  it('stands apart in a mail, as HTML and as text, and as it is in files', async () => {
    await visitor.postForm(paths.renamePasskey(id), { name });
    expect((await visitor.postForm(paths.deletePasskey(id))).status).toBe(303);
    const mail = (await running.mailsTo(person.email)).at(-1);
    expect(mail?.html).toContain(`<bdi>${name}</bdi>`);
    expect(mail?.text).toContain(isolate);
    expect((await visitor.get(paths.activityFile)).text).toContain(`Passkey deleted: ${name},`);
    expect((await visitor.postForm(paths.exportData)).text).toContain(`"detail":"${name}"`);
  });

  it('comes back without what cannot be shown, so that it can be taken then', async () => {
    const typed = await visitor.postForm(paths.renamePasskey(id), { name: 'Pho\u202ene\u2068\u2069' });
    expect(typed.status).toBe(422);
    expect(typed.text).toContain('This name has characters that cannot be shown.');
    expect(typed.text).toContain('value="Phone"');
  });
});

describe('[ASVS 1.3.3] a name that a service has for a passkey, or that was kept before', () => {
  const hostile = '\u202eenohP\u202c\u2067 \u0000\u009b\u2069Mine';

  it('turns nothing around and ends nothing, in pages, answers, files and mails', async () => {
    const { db } = running.database;
    // No database of PostgreSQL keeps a null, and no tenant sends one that is not escaped.
    await db('passkey_api_credentials').update({ name: hostile.replace('\u0000', '\u0001') });
    await db('activity').update({ detail: hostile.replace('\u0000', '\u0001') });
    const unseen = /(?![\n\r\t])[\p{Cc}\p{Cf}]/u;
    for (const [path, html] of await pagesWithNames()) {
      expect(html, path).not.toMatch(unseen);
      expect(html, path).toContain('enohP Mine');
    }
    // A file for spreadsheets begins with the mark of its order of bytes.
    expect((await visitor.get(paths.activityFile)).text.replace('\ufeff', '')).not.toMatch(unseen);
    await visitor.postForm(paths.deletePasskey(id));
    const mail = (await running.mailsTo(person.email)).at(-1);
    expect(mail?.text).toContain('enohP Mine');
    expect(`${mail?.subject}${mail?.text}${mail?.html}`).not.toMatch(unseen);
  });
});
