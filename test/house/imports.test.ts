import { describe, expect, it } from 'vitest';
import { importsOf, sourcesOf, testsOf, withoutComments } from '../support/sources.ts';

const sources = sourcesOf('src', '.ts');
const imports = sources.flatMap(importsOf);
const own = imports.filter(({ to }) => to.startsWith('src/'));

/** Who may open both houses, or all rooms. */
const compositionRoots =
  /^src\/(server|app|passkey-backend|passkey-api\/(main|learners-tenant)|tasks\/[^/]+)\.ts$/;

const room = (file: string) => /^src\/([^/]+)\//.exec(file)?.[1] ?? 'ground';
const files = (list: { from: string; to: string }[]) => list.map(({ from, to }) => `${from} -> ${to}`);

/** What each room may know beside itself; `ground` are the files directly in src. */
const acquaintances: Record<string, RegExp> = {
  ground:
    /^src\/(accounts\/email-address\.ts|settings\/.+|(brand|contrast|logger|config-schema|event-words|lifetimes|setup-fault)\.ts)$/,
  settings: /^src\/(brand|setup-fault)\.ts$/,
  db: /^src\/setup-fault\.ts$/,
  accounts: /^src\/(db\/.+|(brand|errors|event-words|lifetimes|limits|logger|networks|setup-fault)\.ts)$/,
  passkeys: /^src\/(db\/.+|(errors|event-words|lifetimes|limits|logger|names)\.ts)$/,
  mail: /^src\/(db\/database|settings\/hosts|brand|limits|logger|names|setup-fault)\.ts$/,
  letters:
    /^src\/(accounts\/(links|token-store)|db\/database|mail\/message|event-words|lifetimes|names|paths|times)\.ts$/,
  operations:
    /^src\/(accounts\/.+|passkeys\/(passkeys|passkey)\.ts|letters\/letter\.ts|mail\/outbox\.ts|db\/(database|faults|rate-limiter)\.ts|(errors|event-words|lifetimes|limits|logger|networks)\.ts)$/,
  web: /^src\/(operations\/.+|accounts\/.+|passkeys\/(passkeys|passkey|tickets)\.ts|mail\/message\.ts|db\/(database|faults|rate-limiter)\.ts|(brand|errors|event-words|lifetimes|limits|logger|names|networks|paths|setup-fault|times)\.ts)$/,
  metrics: /^src\/(passkeys\/(observer|hanko\/transport)|event-words|logger)\.ts$/,
  client: /^$/,
  development:
    /^src\/(errors|mail\/mailbox|passkeys\/observer|settings\/hosts|web\/http\/(context|views)|paths|times)\.ts$/,
  'passkey-api': /^src\/db\/(database|faults|rate-limiter|sweep)\.ts$/,
};

describe('who may know whom', () => {
  it('is asked of all the rooms, with their imports in sight', () => {
    const rooms = new Set(sources.map(({ file }) => room(file)));
    expect([...rooms].sort()).toEqual([...Object.keys(acquaintances), 'tasks'].sort());
    expect(sources.length).toBeGreaterThan(80);
    expect(own.length).toBeGreaterThan(200);
  });

  it.each(Object.entries(acquaintances))('%s knows nobody but its acquaintances', (name, allowed) => {
    const strangers = own.filter(
      ({ from, to }) =>
        room(from) === name &&
        (room(to) !== name || name === 'ground') &&
        !compositionRoots.test(from) &&
        !allowed.test(to),
    );
    expect(files(strangers)).toEqual([]);
  });

  it('nobody but the composition roots opens the door of the passkey API', () => {
    const visitors = own.filter(({ from, to }) => room(to) === 'passkey-api' && room(from) !== 'passkey-api');
    expect(files(visitors).filter((line) => !compositionRoots.test(line.split(' ')[0] ?? ''))).toEqual([]);
    expect(visitors.length).toBeGreaterThan(0);
  });

  it('nobody but the server, and the API served alone, loads the development tools, and only when they are wanted', () => {
    const visitors = own.filter(({ from, to }) => room(to) === 'development' && room(from) !== 'development');
    const viewer = 'src/development/development-tools.ts';
    expect(files(visitors)).toEqual([
      `src/app.ts -> ${viewer}`,
      `src/server.ts -> ${viewer}`,
      `src/server.ts -> ${viewer}`,
      'src/passkey-api/main.ts -> src/development/ceremonies-alone.ts',
    ]);
    const statements = sources.flatMap(({ text }) => text.match(/^import .*\/development\/.*$/gm) ?? []);
    expect(statements).toHaveLength(2);
    for (const statement of statements) expect(statement).toMatch(/^import type /);
  });

  it('nobody imports a composition root, except the server, the API served alone, and the chores', () => {
    const isOne = (from: string) =>
      /^src\/(server|passkey-api\/main)\.ts$/.test(from) || room(from) === 'tasks';
    const looking = own.filter(({ from, to }) => compositionRoots.test(to) && !isOne(from));
    expect(files(looking)).toEqual([]);
  });

  it('topics do not import each other’s routes: one list knows them all', () => {
    const routes = sources.filter(
      ({ file, text }) => file.startsWith('src/web/') && /^export function \w+Routes\(/m.test(text),
    );
    const names = routes.map(({ file }) => file);
    expect(names.length).toBeGreaterThan(20);
    const between = own.filter(({ from, to }) => names.includes(to) && from !== 'src/web/routes.ts');
    expect(files(between)).toEqual([]);
  });

  it('migrations import nothing but types', () => {
    for (const { file, text } of sourcesOf('migrations', '.ts')) {
      const statements = text.match(/^import .*$/gm);
      expect([file, statements]).toEqual([file, ["import type { Knex } from 'knex';"]]);
    }
  });
});

/** Each outside thing has one friend, or one room of friends. */
const friends: [thing: string, where: RegExp][] = [
  ['@teamhanko/passkeys-sdk', /^src\/passkeys\/hanko\/hanko\.ts$/],
  ['@github/webauthn-json', /^src\/client\/webauthn\.ts$/],
  ['@node-rs/argon2', /^src\/accounts\/password\.ts$/],
  [
    '@passwordless-id/webauthn',
    /^src\/(passkey-api\/authenticator-names|web\/passkeys\/(provider-icons|passkey-place)|development\/ceremony-decoder)\.ts$/,
  ],
  ['@simplewebauthn/server', /^src\/(passkeys|passkey-api|development)\//],
  ['@koa/router', /^src\/web\//],
  ['bowser', /^src\/web\/http\/device\.ts$/],
  ['@zxcvbn-ts/core', /^src\/accounts\/password-rules\.ts$/],
  ['@zxcvbn-ts/language-common', /^src\/accounts\/password-rules\.ts$/],
  ['csv-stringify', /^src\/web\/activity\/activity-page\.ts$/],
  ['fastest-levenshtein', /^src\/settings\/names\.ts$/],
  ['eta', /^src\/(web\/http\/views|mail\/message)\.ts$/],
  [
    'jose',
    /^src\/(passkeys\/(hanko\/token|observer|ceremony-finish)\.ts|passkey-api\/|web\/http\/codes-cookie\.ts)/,
  ],
  ['knex', /^src\/db\//],
  ['koa', /^src\/(app\.ts|web\/|passkey-api\/serve\.ts)/],
  ['koa-bodyparser', /^src\/web\/middleware\/body\.ts$/],
  ['helmet', /^src\/web\/middleware\/security-headers\.ts$/],
  ['koa-session', /^src\/web\/http\/session\.ts$/],
  ['nodemailer', /^src\/mail\/mailer\.ts$/],
  ['pino', /^src\/logger\.ts$/],
  ['prom-client', /^src\/metrics\//],
  ['proxy-addr', /^src\/web\/middleware\/connection\.ts$/],
  ['rate-limiter-flexible', /^src\/(db\/rate-limiter|web\/middleware\/rate-limit)/],
  ['sqlite3', /^src\/db\/sqlite-client\.ts$/],
  ['undici', /^src\/passkeys\/hanko\/transport\.ts$/],
];

const words: [what: string, spelling: RegExp, where: string[]][] = [
  ['process.env', /process\.env/, ['src/config.ts']],
  ['ctx.session', /\bctx\b(?:[^.;]*\))?\.session\b/, ['src/web/http/session.ts']],
  ['navigator.credentials', /navigator\.credentials|PublicKeyCredential/, ['src/client/webauthn.ts']],
];

describe('each outside thing has one friend', () => {
  it.each(friends)('%s', (thing, where) => {
    const users = imports
      .filter(({ to }) => to === thing || to.startsWith(`${thing}/`))
      .map(({ from }) => from);
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter((file) => !where.test(file))).toEqual([]);
  });

  it('jose, and who only tells of a token knows no more of it than its shape', () => {
    const telling = sources.filter(({ file }) =>
      /^src\/passkeys\/(observer|ceremony-finish)\.ts$/.test(file),
    );
    const statements = telling.map(({ text }) => text.match(/^import .* from 'jose';$/m)?.[0]);
    const shape = "import type { JWTPayload } from 'jose';";
    expect(statements).toEqual([shape, shape]);
  });

  it.each([
    ['sqlite3', 'src/db/sqlite-client.ts'],
    ['@github/webauthn-json', 'src/client/webauthn.ts'],
  ])(
    '%s, which nobody cares for any more, in one file: types, clients of knex and tests included',
    (thing, file) => {
      const everywhere = [
        ...sources,
        ...sourcesOf('migrations', '.ts'),
        ...testsOf('test'),
        ...sourcesOf('test', '.ts'),
      ];
      const naming = everywhere.filter(
        (each) =>
          !each.file.startsWith('test/house/') &&
          (importsOf(each).some(({ to }) => to === thing || to.startsWith(`${thing}/`)) ||
            new RegExp(`(client:|require\\()\\s*'${thing}`).test(each.text)),
      );
      expect(naming.map((each) => each.file)).toEqual([file]);
    },
  );

  it.each(words)('%s', (_, spelling, where) => {
    const users = sources.filter(({ text }) => spelling.test(withoutComments(text))).map(({ file }) => file);
    expect(users).toEqual(where);
  });

  it('and there is no other that nobody thought about', () => {
    const everywhere = ['zod', 'cockatiel', 'http-errors', 'ipaddr.js', 'keygrip'];
    const known = [...everywhere, ...friends.map(([thing]) => thing)];
    const packages = imports.map(({ to }) => to).filter((to) => !/^(node:|src\/|migrations\/)/.test(to));
    const unknown = packages.filter(
      (name) => !known.some((thing) => name === thing || name.startsWith(`${thing}/`)),
    );
    expect(unknown).toEqual([]);
  });
});
