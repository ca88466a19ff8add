/** What somebody does is one transaction, and one room has them all (src/operations/operation.ts). */
import { describe, expect, it } from 'vitest';
import { importsOf, type Source, sourcesOf, withoutComments } from '../support/sources.ts';

const sources = sourcesOf('src', '.ts').map(({ file, text }) => ({ file, text: withoutComments(text) }));
/** The passkey API is a house of its own: it has other stores, and knows none of these. */
const outside = sources.filter(({ file }) => !/^src\/(operations|passkey-api)\//.test(file));
const namesOf = (found: Source[]) => found.map(({ file }) => file);

/** Of each store what anybody may call who has it: it reads, sweeps, or delivers. All else writes. */
const harmless: Record<string, string[]> = {
  'src/accounts/activity-store.ts': ['page', 'pageBefore', 'pageAfter', 'everything', 'knows', 'sweep'],
  // What one page leaves for another is no act.
  'src/accounts/session-store.ts': ['find', 'hasId', 'isLiving', 'listFor', 'update', 'sweep'],
  'src/accounts/token-store.ts': ['find', 'listFor', 'firstEndOfOthers', 'sweep'],
  'src/accounts/pending-sign-in-store.ts': ['find', 'sweep'],
  'src/accounts/recovery-code-store.ts': ['left', 'count', 'sweep'],
  'src/accounts/user-store.ts': ['findById', 'findByEmail', 'automaticPasskeys', 'isEmpty'],
  'src/mail/outbox.ts': ['claim', 'done', 'putBack', 'later', 'waiting', 'hasRoom'],
};
const stores = Object.keys(harmless);

/** What a store is called by whoever was handed it. */
const names =
  /\b(activity|sessions|sessionStore|sessionRows|tokens|users|outbox|links|pendingSignIns|recoveryCodes)$/;

/** The functions that a store has besides those that are harmless. */
function writersOf(store: string): string[] {
  const text = sources.find(({ file }) => file === store)?.text ?? '';
  const [, functions = ''] = text.split(/^ {2}return \{$/m);
  const [own = ''] = functions.split(/^ {2}\};$/m);
  const all = [...own.matchAll(/^ {4}(?:async )?(\w+)(?:\(|: )/gm)].map(([, name = '']) => name);
  return all.filter((name) => !harmless[store]?.includes(name));
}

/** Every call in a file, as what stands before the point and after it. */
function callsIn({ text }: Source): { of: string; name: string }[] {
  return [...text.matchAll(/([\w)]+)\??\s*\.(\w+)\(/g)].map(([, of = '', name = '']) => ({ of, name }));
}

describe('only operations', () => {
  it('open transactions, besides what has no account: migrations, the sweep of passkeys, the passkey API', () => {
    const opening = sources.filter(({ text }) => /\.transaction\(/.test(text));
    expect(namesOf(opening)).toEqual([
      'src/db/migrate.ts',
      'src/operations/operation.ts',
      'src/passkey-api/scope.ts',
      'src/passkeys/passkeys.ts',
    ]);
    const passkeys = sources.find(({ file }) => file === 'src/passkeys/passkeys.ts')?.text ?? '';
    const [before, sweep] = passkeys.split(/^ {4}sweep: /m);
    expect([before, sweep].map((text = '') => /\.transaction\(/.test(text))).toEqual([false, true]);
  });

  it.each([
    ['src/accounts/activity-store.ts', ['add']],
    ['src/accounts/session-store.ts', ['insert', 'rotate', 'endSignIn', 'endOthers', 'endOpenedWith']],
    ['src/accounts/token-store.ts', ['add', 'consume', 'forget']],
    ['src/accounts/pending-sign-in-store.ts', ['insert', 'countTry', 'takeBackTry', 'end', 'endAll']],
    ['src/accounts/recovery-code-store.ts', ['add', 'spend', 'retire', 'bringBack']],
    ['src/mail/outbox.ts', ['add']],
  ])('%s has functions in sight that write', (store, writers) => {
    expect(writersOf(store)).toEqual(writers);
  });

  it.each(stores)('write by way of %s, whatever it is called', (store) => {
    const writers = writersOf(store);
    expect(writers.length).toBeGreaterThan(0);
    const acquainted = outside.filter((source) => importsOf(source).some(({ to }) => to === store));
    const writing = acquainted.filter((source) => callsIn(source).some(({ name }) => writers.includes(name)));
    // A link is issued in the transaction of whoever hands over the store.
    expect(namesOf(writing)).toEqual(store.endsWith('token-store.ts') ? ['src/accounts/links.ts'] : []);
  });

  it('write by way of a store that was handed over, and issue links', () => {
    const writers = [...new Set(stores.flatMap(writersOf)), 'issue'];
    const writing = outside.filter((source) =>
      callsIn(source).some(({ of, name }) => names.test(of) && writers.includes(name)),
    );
    expect(namesOf(writing)).toEqual(['src/accounts/links.ts']);
    const acting = sources.filter(({ file }) => file === 'src/operations/operation.ts').flatMap(callsIn);
    for (const call of [
      { of: 'activity', name: 'add' },
      { of: 'outbox', name: 'add' },
      { of: 'links', name: 'issue' },
    ])
      expect(acting).toContainEqual(call);
  });
});
