import { describe, expect, it } from 'vitest';
import { type Source, sourcesOf, withoutComments } from '../support/sources.ts';

const code = sourcesOf('src', '.ts').map(({ file, text }) => ({ file, text: withoutComments(text) }));
/** Mails are no pages: mail programs know no stylesheets. */
const views = sourcesOf('views', '.eta').filter(({ file }) => !file.startsWith('views/mail/'));

const using = (spelling: RegExp, among: Source[] = code) =>
  among.filter(({ text }) => spelling.test(text)).map(({ file }) => file);

describe('what is nowhere in the sources', () => {
  it.each([
    [
      '[ASVS 1.2.5, 1.3.2] code made from text',
      /\beval\s*\(|\bnew Function\b|node:vm|node:child_process|node:worker_threads/,
    ],
    [
      '[ASVS 1.2.3, 3.2.2] markup made from text',
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\.srcdoc/,
    ],
    ['[ASVS 9.1.1] a token that is only decoded', /decodeJwt|unsecuredJWT|UnsecuredJWT/i],
    ['[ASVS 11.5.1] weak randomness', /Math\.random|pseudoRandomBytes/],
    ['[ASVS 11.4.1] weak hashes', /createHash\(\s*['"](md5|sha1)['"]/],
    ['[ASVS 12.3.2] certificates that are not verified', /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED/],
    ['[ASVS 1.2.9, 1.3.12] patterns made from input', /\bRegExp\s*\(/],
    ['[ASVS 14.3.3] storage in the browser', /localStorage|sessionStorage|indexedDB|document\.cookie/],
    ['[ASVS 3.4.2] CORS', /Access-Control|@koa\/cors/i],
    ["Koa's own redirect, which passes foreign addresses", /ctx\.redirect|\.back\(/],
  ])('%s', (_, spelling) => {
    expect(using(spelling)).toEqual([]);
  });

  it('[ASVS 4.1.3] trust in what a request says of its host', () => {
    // The settings read the addresses of databases, and no request.
    const own = code.filter(({ file }) => !/^src\/(passkey-api|settings)\//.test(file));
    const spelling =
      /ctx\.(origin|host|hostname|href|protocol)\b|headers(\.host\b|: \{[^}]*\bhost\b)|\.proxy\s*=|['"](Host|X-Forwarded-Host)['"]/i;
    // What asks for no session, and refuses all names but those of the own machine; it builds nothing of them.
    expect(using(spelling, own)).toEqual([
      'src/development/ceremonies-alone.ts',
      'src/development/development-tools.ts',
      'src/metrics/endpoint.ts',
    ]);
    // For a link back, which is a path of this origin whatever it says.
    expect(using(/['"]Referer['"]/i)).toEqual(['src/web/sign-in/reauth.ts']);
  });

  it('a server that waits for slow clients as long as it likes, and counts no broken connection', () => {
    expect(using(/\bcreateServer\b[^;]* from 'node:https?'|\bhttps?\.createServer/)).toEqual([
      'src/http-server.ts',
    ]);
  });

  it('a path or an address in the log', () => {
    const logging =
      /(logEvent\(|logger(\.\w+|\[[^\]]+\])\()[^;]*\b(path|url|href|search|headers|querystring)\b(?!:)/;
    expect(using(logging)).toEqual([]);
  });

  it('[ASVS 11.5.1] UUIDs, except as names of things', () => {
    expect(using(/randomUUID\(/)).toEqual([
      'src/accounts/activity-store.ts',
      'src/operations/create-account.ts',
      'src/operations/sign-up.ts',
      'src/passkey-api/index.ts',
      'src/passkey-api/signing-keys.ts',
      'src/passkeys/pending-deletions.ts',
      'src/web/middleware/connection.ts',
    ]);
  });
});

describe('what outlives whoever asked for it', () => {
  const server = code.filter(({ file }) => !file.startsWith('src/client/'));

  it('is kept in no module, but for what is loaded once, and in the one that is the process', () => {
    expect(using(/^(export )?let /m, server).sort()).toEqual([
      'src/accounts/password-rules.ts',
      'src/server.ts',
    ]);
    expect(using(/^(export )?const \w+(: [^=]+)? = (new (Map|Set)\(\)|\[\]|\{\});/m, server)).toEqual([]);
  });

  it('is no call that nobody bounds, but for what the passkey API asks itself as it starts', () => {
    expect(using(/(?<![.\w])fetch\((?![^;]*\bsignal\b)/, server)).toEqual(['src/passkey-api/main.ts']);
  });

  it('is changed of the whole process where a process begins, and of its fetch where the SDK takes it', () => {
    expect(using(/globalThis\.fetch\s*=/, server)).toEqual(['src/passkeys/hanko/hanko.ts']);
    expect(using(/process\.(on|once|chdir)\(|process\.env\.\w+ =/, server)).toEqual(['src/shutdown.ts']);
  });
});

it('every module opens with what it is for', () => {
  const modules = sourcesOf('src', '.ts').filter(({ file }) => !file.endsWith('.d.ts'));
  expect(modules.filter(({ text }) => !text.startsWith('/**')).map(({ file }) => file)).toEqual([]);
});

describe('[ASVS 1.2.4] statements', () => {
  it('are raw only where the query builder has no words, and never end in a Raw method', () => {
    expect(using(/(where|orderBy|having|join|from|groupBy)Raw\(/)).toEqual([]);
    expect(using(/\.raw\(/)).toEqual([
      'src/accounts/activity-store.ts',
      'src/accounts/session-store.ts',
      'src/accounts/token-store.ts',
      'src/accounts/user-store.ts',
      'src/db/migrate.ts',
      'src/db/rate-limiter.ts',
      'src/db/sweep.ts',
      'src/mail/outbox.ts',
      'src/passkey-api/index.ts',
      'src/passkeys/passkey-state.ts',
      'src/tasks/database-chores.ts',
    ]);
  });

  it('hold no values but constants of their own file, and what the query builder has worded', () => {
    const holes = code.flatMap(({ text }) =>
      [...text.matchAll(/\.raw\(\s*(`[^`]*`|'[^']*'|[^'`\s][^,)]*)/g)].flatMap(([, statement = '']) =>
        /^['`]/.test(statement)
          ? [...statement.matchAll(/\$\{([^}]*)\}/g)].map(([, hole]) => hole)
          : statement,
      ),
    );
    expect([...new Set(holes)].sort()).toEqual([
      'hasRoom.sql',
      'lockWait',
      'others',
      'places',
      'table',
      'unchanged.sql',
      'update.sql',
    ]);
  });
});

describe('[ASVS 1.2.1] views', () => {
  it('print without escaping only the body of a layout and partials', () => {
    const raw = views.flatMap(({ text }) => text.match(/<%~[^%]*%>/g) ?? []);
    expect(raw.length).toBeGreaterThan(3);
    const allowed =
      /^<%~ (it\.body|include\('\/(partials|development)\/([a-z-]+|logo\.svg)'(, ([a-zA-Z]+|\{ [a-zA-Z]+: it\.[a-zA-Z]+ \}))?\)) %>$/;
    expect(raw.filter((tag) => !allowed.test(tag))).toEqual([]);
  });

  it('quote every attribute that prints something', () => {
    expect(using(/=\s*<%=/, views)).toEqual([]);
  });

  it('[ASVS 3.4.3] hold no script, no style and no handler of their own', () => {
    expect(using(/<script(?![^>]*\ssrc=")|<style|\sstyle=|\son[a-z]+=|javascript:/i, views)).toEqual([]);
  });

  it('[ASVS 3.6.1] name no other host', () => {
    expect(using(/https?:|["'(]\/\//, views)).toEqual([]);
    const named = sourcesOf('src/client', '.ts').filter(({ text }) => /https?:/.test(withoutComments(text)));
    expect(named.map(({ file }) => file)).toEqual([]);
    expect(using(/url\(|@import|https?:/, sourcesOf('public', 'styles.css'))).toEqual([]);
  });

  it('have no ceremony that the imitations of test/browser/managers-*.test.ts do not meet', () => {
    const ceremonies = views.flatMap(({ file, text }) =>
      [...text.matchAll(/data-enhance="([\w-]*passkey[\w-]*)"/g)].map(([, name]) => `${file}: ${name}`),
    );
    // These tell password managers something and ask for nothing.
    const asking = ceremonies.filter((one) => !/passkey-(signals|farewell)$/.test(one));
    expect(asking.sort()).toEqual([
      'views/layouts/account.eta: passkey-upgrade',
      'views/pages/dashboard.eta: local-passkey',
      'views/pages/dashboard.eta: passkey-registration',
      'views/pages/sign-in.eta: passkey-sign-in',
      'views/pages/two-factor.eta: passkey-registration',
      'views/pages/verify-sign-in.eta: passkey-second-step',
      'views/partials/confirm-act.eta: passkey-sign-in',
      'views/partials/confirm-passkey.eta: passkey-sign-in',
    ]);
  });

  it('have one html element and one place that loads a script, with its integrity', () => {
    expect(using(/<html/, views)).toEqual(['views/layouts/base.eta']);
    const scripts = views.flatMap(({ text }) => text.match(/<script.*<\/script>/g) ?? []);
    expect(scripts).toHaveLength(1);
    expect(scripts[0]).toMatch(/type="module".* integrity="/);
  });
});
