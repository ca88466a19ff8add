/** The place of a test file says what it needs, and therefore in which project, how often and beside what it runs. */
import { describe, expect, it } from 'vitest';
import { loadedWith, type Source, sourcesOf, testsOf } from '../support/sources.ts';

const tests = [...testsOf('src'), ...testsOf('test')];
const code = [...sourcesOf('src', '.ts'), ...sourcesOf('test', '.ts'), ...sourcesOf('migrations', '.ts')];
const sources = new Map([...tests, ...code].map((source) => [source.file, source]));

const units = /^(src|test\/house)\//;
const application = /^test\/(application|contract)\//;
const databases = /^test\/(databases|processes\/databases)\//;
const processes = /^test\/processes\/(databases\/)?[^/]+$/;
const browser = /^test\/browser\//;
/** What the guide shows, with its examples as processes of their own and a browser. */
const guide = /^test\/guide\//;
/** With a configuration of their own, and everything that there is: vitest.proxies.config.ts. */
const proxies = /^test\/proxies\//;

/** What starts a process of its own, and what reaches a database. */
const starters = ['node:child_process', 'node:cluster', 'node:worker_threads'];
const databaseThings = ['src/db/database.ts', 'knex', 'sqlite3', 'pg'];

const namesOf = (found: Source[]) => found.map(({ file }) => file);
const loaded = new Map(tests.map(({ file }) => [file, loadedWith(file, sources)]));
const loading = (...needs: string[]) =>
  tests.filter(({ file }) => needs.some((need) => loaded.get(file)?.has(need)));
const outside = (found: Source[], ...places: RegExp[]) =>
  namesOf(found).filter((file) => !places.some((place) => place.test(file)));

describe('the place of a test', () => {
  it.each([
    ['units', units, 40],
    ['application', application, 30],
    ['databases', databases, 70],
    ['processes', processes, 3],
    ['browser', browser, 20],
    ['guide', guide, 1],
  ])('%s has files in sight', (_, place, atLeast) => {
    expect(tests.filter(({ file }) => place.test(file)).length).toBeGreaterThanOrEqual(atLeast);
  });

  it('is one of those that a project runs', () => {
    expect(namesOf(code).filter((file) => /\.(test|spec)\./.test(file))).toEqual([]);
    expect(outside(tests, units, application, databases, processes, browser, guide, proxies)).toEqual([]);
  });

  it('is not among the units when a database, a process or a browser is needed', () => {
    const needy = loading(...databaseThings, ...starters, 'playwright-core');
    expect(needy.length).toBeGreaterThan(100);
    expect(namesOf(needy).filter((file) => units.test(file))).toEqual([]);
  });

  it('is with the processes when one is started', () => {
    const starting = loading(...starters);
    expect(starting.length).toBeGreaterThan(3);
    // A browser is one, too.
    expect(outside(starting, processes, browser, guide, proxies)).toEqual([]);
  });

  it('is with the browser when one is opened', () => {
    const opening = loading('playwright-core');
    expect(opening.length).toBeGreaterThan(20);
    expect(outside(opening, browser, guide, proxies)).toEqual([]);
  });
});

it('requests of a page that is open are intercepted in one way, which loses none', () => {
  const spelling = /[pP]age\.(route|unroute|unrouteAll)\(/;
  const own = [...tests, ...code].filter(({ file, text }) => browser.test(file) && spelling.test(text));
  expect(namesOf(own).sort()).toEqual([
    // Ends the interception while one request is still held.
    'test/browser/creating-and-signals.test.ts',
    // Begin before the page is opened.
    'test/browser/nothing-moves.test.ts',
    'test/browser/shipped-headers.test.ts',
    'test/browser/support/interception.ts',
    // Ends it on a page that asks for nothing.
    'test/browser/support/profile.ts',
  ]);
});

const atOnce = ({ text }: Source) => /Promise\.(all|allSettled|race|any)\(/.test(text);

describe('on both databases', () => {
  it('runs whatever happens at once', () => {
    const racing = tests.filter(atOnce);
    expect(racing.length).toBeGreaterThan(10);
    expect(outside(racing, databases, units, processes, browser, guide)).toEqual([]);
  });

  it('runs whatever happens at once in a helper', () => {
    const racing = code.filter((source) => source.file.startsWith('test/support/') && atOnce(source));
    expect(namesOf(racing).sort()).toEqual([
      // Reads what nobody changes meanwhile.
      'test/support/acting.ts',
      // Reads the outputs of a process.
      'test/support/command.ts',
      // Reads the columns of tables.
      'test/support/failing-writes.ts',
      // Imports.
      'test/support/fork.ts',
      'test/support/held-up.ts',
      // Reads tables.
      'test/support/operations.ts',
      // Ends processes.
      'test/support/process.ts',
    ]);
    expect(outside(loading('test/support/held-up.ts'), databases)).toEqual([]);
  });

  it('runs every store by itself', () => {
    const stores = namesOf(code).filter((file) => /^src\/.+(-store|\/outbox|\/rate-limiter)\.ts$/.test(file));
    expect(stores.length).toBeGreaterThan(10);
    const apart = tests
      .filter(({ file }) => databases.test(file) && !file.startsWith('test/databases/journeys/'))
      .map(({ file }) => loadedWith(file, sources, ['src/app.ts', 'src/tasks/list.ts']));
    expect(stores.filter((store) => !apart.some((files) => files.has(store)))).toEqual([]);
  });

  it('runs every test that opens a store or a transaction itself', () => {
    const opening = tests.filter(({ text }) => /\bcreate\w*Store\(|\.transaction\(/.test(text));
    expect(opening.length).toBeGreaterThan(5);
    expect(outside(opening, databases, proxies)).toEqual([]);
  });

  it('runs whatever asks which one it is', () => {
    const asking = tests.filter(({ text }) => text.includes('TEST_DATABASE'));
    expect(asking.length).toBeGreaterThan(1);
    expect(outside(asking, databases, proxies, /^test\/house\//)).toEqual([]);
  });
});
