import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const secret = 'Zk3-fQ9_uT1xW7bL5nV2mC8pR4sD6gH0';
const production = { NODE_ENV: 'production', ORIGIN: 'https://app.example.com', SECRET_KEYS: secret };

const tenant = {
  PASSKEYS_TENANT_ID: '4a1c5a3e-6f0c-4d0f-9a52-0f1d3f0a9b11',
  PASSKEYS_API_KEY: 'k'.repeat(40),
};

/** The sentences with which an environment is refused; none when it is taken. */
function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig({ SECRET_KEYS: secret, ...environment });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('loadConfig', () => {
  it('needs nothing in development', () => {
    const config = loadConfig({ SECRET_KEYS: secret });
    expect(config).toMatchObject({
      production: false,
      development: true,
      host: '127.0.0.1',
      port: 3000,
      origin: 'http://localhost:3000',
      rpId: 'localhost',
      secure: false,
      databaseUrl: 'sqlite:data/latchkey.sqlite',
      databaseConnection: 'this machine',
      passkeyTenant: null,
      automaticUpgrade: true,
      passkeyApiPort: 8000,
      mail: {
        from: 'Latchkey <no-reply@localhost>',
        mailbox: expect.stringMatching(/\/data\/mail$/),
      },
      signup: true,
      trustProxy: [],
      metrics: null,
      logLevel: 'info',
    });
  });

  it('follows the port and the origin', () => {
    expect(loadConfig({ SECRET_KEYS: secret, PORT: '8080' }).origin).toBe('http://localhost:8080');
    const config = loadConfig({ ...production, ORIGIN: 'https://App.Example.com/' });
    expect(config).toMatchObject({
      origin: 'https://app.example.com',
      rpId: 'app.example.com',
      secure: true,
    });
  });

  it('takes a blank value for one that is not set', () => {
    expect(loadConfig({ SECRET_KEYS: secret, PORT: '', ORIGIN: ' ', PASSKEYS_TENANT_ID: '' }).port).toBe(
      3000,
    );
  });

  it('reads lists', () => {
    const config = loadConfig({
      SECRET_KEYS: `${secret}, ${secret}2`,
      TRUST_PROXY: '127.0.0.1, ::1,10.0.0.0/8',
    });
    expect(config.secretKeys).toEqual([secret, `${secret}2`]);
    expect(config.trustProxy).toEqual(['127.0.0.1', '::1', '10.0.0.0/8']);
  });

  it('knows who may read metrics: nobody, whoever has the token, whoever is on this machine, or both', () => {
    const token = 'Q2FuIHlvdSByZWFkIHRoaXM/IE5vYm9keSBjYW4u+A==';
    const metricsOf = (environment: Record<string, string>) =>
      loadConfig({ SECRET_KEYS: secret, ...environment }).metrics;
    expect(metricsOf({ METRICS_TOKEN: '', METRICS_PORT: ' ' })).toBeNull();
    expect(metricsOf({ METRICS_TOKEN: token })).toEqual({ token, port: null });
    expect(metricsOf({ METRICS_PORT: '9464' })).toEqual({ token: null, port: 9464 });
    expect(metricsOf({ METRICS_TOKEN: token, METRICS_PORT: '9464' })).toEqual({ token, port: 9464 });
    // As Kubernetes names the address of a service that is called metrics.
    expect(metricsOf({ METRICS_PORT: 'tcp://10.0.0.7:9464' })).toBeNull();
  });

  it('knows a tenant by its id and key, at Hanko Cloud unless told otherwise', () => {
    expect(loadConfig({ SECRET_KEYS: secret, ...tenant }).passkeyTenant).toEqual({
      baseUrl: 'https://passkeys.hanko.io',
      tenantId: tenant.PASSKEYS_TENANT_ID,
      apiKey: tenant.PASSKEYS_API_KEY,
    });
  });

  const upgrades = (setting: string) => ({ PASSKEYS_AUTOMATIC_UPGRADE: setting });
  it.each([
    ['are on with the embedded API', {}, true],
    ['are off with a tenant, whose server may insist on presence', tenant, false],
    ['are off when somebody says so', upgrades('off'), false],
    ['are on with a tenant when somebody says so', { ...tenant, ...upgrades('on') }, true],
    ['stay off with a tenant when somebody says so', { ...tenant, ...upgrades('off') }, false],
    ['are on when nothing is said', upgrades(' '), true],
  ])('automatic upgrades %s', (_, environment, on) => {
    expect(loadConfig({ SECRET_KEYS: secret, ...environment }).automaticUpgrade).toBe(on);
  });

  const server = { SMTP_URL: 'smtp://latchkey:p%40ss@mail.example.com:587' };
  const away = { ...production, ORIGIN: 'https://app.example.com:8443' };
  const from = 'Latchkey <no-reply@app.example.com>';
  it.each([
    ['goes to the server when there is one', { ...away, ...server }, { from, smtpUrl: server.SMTP_URL }],
    [
      'goes to it in development, too, and to no folder',
      server,
      { from: 'Latchkey <no-reply@localhost>', smtpUrl: server.SMTP_URL },
    ],
    ['is not sent in production without one', away, null],
    ['is not sent in tests without one', { NODE_ENV: 'test' }, null],
    [
      'comes from whom somebody says',
      { ...away, ...server, MAIL_FROM: 'a@example.com' },
      { from: 'a@example.com', smtpUrl: server.SMTP_URL },
    ],
  ])('mail %s', (_, environment, mail) => {
    expect(loadConfig({ SECRET_KEYS: secret, ...environment }).mail).toEqual(mail);
  });

  it('closes sign-up when somebody says so', () => {
    expect(loadConfig({ SECRET_KEYS: secret, SIGNUP: 'closed' }).signup).toBe(false);
    expect(loadConfig({ SECRET_KEYS: secret }).requiresSecondFactor).toBe(false);
    const required = { SECRET_KEYS: secret, REQUIRE_SECOND_FACTOR: 'password' };
    expect(loadConfig(required).requiresSecondFactor).toBe(true);
    expect(loadConfig({ ...production, ...server, SIGNUP: 'open' }).signup).toBe(true);
  });

  it('is frozen', () => {
    const config = loadConfig({ SECRET_KEYS: secret });
    expect([config, config.secretKeys, config.trustProxy, config.mail].every(Object.isFrozen)).toBe(true);
  });
});

describe('what stands around a setting', () => {
  it.each([
    ['a line end of Windows', 'production\r'],
    ['spaces and tabs', ' \tproduction  '],
    ['a space that does not break', '\u00a0production\u00a0'],
    ['a zero width', '\u200bproduction\u200b'],
    ['a byte order mark', '\ufeffproduction'],
    ['capital letters', 'Production'],
  ])('is not seen, nor is %s', (_, NODE_ENV) => {
    expect(loadConfig({ ...production, NODE_ENV }).production).toBe(true);
  });

  it.each([
    ['NODE_ENV', '"production"'],
    ['NODE_ENV', "'production'"],
    ['NODE_ENV', '\u201cproduction\u201d'],
    ['NODE_ENV', '\u201eproduction\u201c'],
    ['SECRET_KEYS', `"${secret}"`],
    ['SECRET_KEYS', `\u00ab${secret}\u00bb`],
    ['ORIGIN', '"https://app.example.com"'],
  ])('must be no quotes: %s=%s', (name, value) => {
    expect(faultsOf({ ...production, [name]: value })).toContain(
      `${name} is in quotes: write it without them`,
    );
  });

  it.each([
    ['node_env', 'NODE_ENV'],
    ['NODE_EVN', 'NODE_ENV'],
    ['TRUST_PROXYS', 'TRUST_PROXY'],
    ['Signup', 'SIGNUP'],
    ['SMTP_URI', 'SMTP_URL'],
  ])('must be its own name, and not %s', (name, right) => {
    expect(faultsOf({ [name]: 'sesame' })).toEqual([
      `${name} is no setting: ${right} is meant? Write it so, or set ${right} as well`,
    ]);
    expect(faultsOf({ [name]: 'sesame', [right]: '' })).toHaveLength(1);
  });
});

describe('[ASVS 13.4.2] development', () => {
  it.each([
    ['an https address', 'https://app.example.com'],
    ['an https address of a network of one’s own', 'https://192.168.1.5:8443'],
    ['a tunnel', 'https://a1b2c3.tunnel.example'],
    ['an http address that strangers reach', 'http://app.example.com'],
    ['the same in numbers', 'http://93.184.216.34'],
    ['a name that only begins like this machine', 'https://localhost.example.com'],
  ])('does not start at %s, whether it was asked for or is the default', (_, ORIGIN) => {
    for (const NODE_ENV of ['', 'development']) {
      const [fault, ...others] = faultsOf({ NODE_ENV, ORIGIN });
      expect([fault, others]).toEqual([expect.stringMatching(/^NODE_ENV must be production where/), []]);
    }
    expect(faultsOf({ ...production, NODE_ENV: 'production', ORIGIN: 'https://app.example.com' })).toEqual(
      [],
    );
  });

  it.each([
    'http://localhost:3000',
    'https://localhost:3000',
    'https://app.localhost',
    'https://127.0.0.1:8443',
    'https://[::1]',
    'http://192.168.1.5:3000',
    'http://[fd00::5]:3000',
    'http://desk:3000',
    'http://desk.local:3000',
  ])('starts at %s', (ORIGIN) => {
    expect(faultsOf({ ORIGIN })).toEqual([]);
  });
});

describe('what a setting means', () => {
  const of = (environment: Record<string, string>) => loadConfig({ SECRET_KEYS: secret, ...environment });

  it.each([
    ['HTTPS://APP.Example.COM', 'https://app.example.com', 'app.example.com'],
    ['https://app.example.com:443/', 'https://app.example.com', 'app.example.com'],
    ['https://b\u00fccher.example', 'https://xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['https://app.example.com:8443', 'https://app.example.com:8443', 'app.example.com'],
  ])('is the origin that browsers send: %s', (ORIGIN, origin, rpId) => {
    expect(of({ ...production, ORIGIN })).toMatchObject({ origin, rpId, secure: true });
  });

  it.each(['http://127.evil.example', 'HTTP://App.Example.com', 'http://localhost.example.com.'])(
    'is not this machine because it begins like it: %s',
    (ORIGIN) => {
      expect(faultsOf({ ...production, ORIGIN })).toEqual([expect.stringMatching(/^ORIGIN must/)]);
    },
  );

  it('is this machine in every spelling of its address', () => {
    for (const ORIGIN of ['HTTP://LocalHost:3000', 'http://[0:0:0:0:0:0:0:1]:3000', 'http://127.1:3000'])
      expect(faultsOf({ ...production, ORIGIN }), ORIGIN).toEqual([]);
  });

  it.each([
    ['SQLITE:data/x.sqlite', 'sqlite:data/x.sqlite'],
    ['sqlite:///var/lib/x.sqlite', 'sqlite:/var/lib/x.sqlite'],
    ['sqlite:./data//x.sqlite', 'sqlite:data/x.sqlite'],
    ['POSTGRES://app:sesame@127.0.0.1/latchkey', 'postgres://app:sesame@127.0.0.1/latchkey'],
    ['postgresql://app:se same@localhost/latchkey', 'postgres://app:se%20same@localhost/latchkey'],
    ['postgres://app:se@same@localhost/latchkey', 'postgres://app:se%40same@localhost/latchkey'],
    ['postgres://app:sesame@/latchkey?host=/run', 'postgres://app:sesame@/latchkey?host=/run'],
    [
      'postgres://app@db.example.com/x?sslmode=VERIFY-FULL',
      'postgres://app@db.example.com/x?sslmode=verify-full',
    ],
  ])('is the database, as whoever reads it understands it: %s', (DATABASE_URL, databaseUrl) => {
    expect(of({ ...production, DATABASE_URL }).databaseUrl).toBe(databaseUrl);
  });

  it.each([
    'sqlite://rel/x.sqlite',
    'sqlite:///',
    'sqlite::memory:',
    'sqlite:///:memory:',
    'sqlite:file:x.sqlite?mode=memory',
    'sqlite:x.sqlite?mode=ro',
    'sqlite:~/x.sqlite',
    'sqlite:$HOME/x.sqlite',
    'sqlite:data/',
    'file:data/x.sqlite',
    'data/x.sqlite',
    'postgres://app:se#same@db.example.com/latchkey',
    'postgres://app:12#same@db.example.com/latchkey',
    'postgres://app:12/same@db.example.com/latchkey',
    'postgres://app:12?same@db.example.com/latchkey',
    'postgres://app:100%@db.example.com/latchkey',
    'postgres://app@a.example.com,b.example.com/latchkey',
    'postgres://app@db.example.com/latchkey?sslmode=verify-full&sslmode=disable',
    'postgres://app@localhost/latchkey?host=db.example.com&host=/run',
  ])('is no database that everybody understands alike: %s', (DATABASE_URL) => {
    const faults = faultsOf({ DATABASE_URL });
    expect(faults).toEqual([expect.stringMatching(/^DATABASE_URL /)]);
    expect(faults.join()).not.toMatch(/same|db\.example|x\.sqlite/);
  });

  it.each([
    ['postgres://app@LOCALHOST/latchkey', 'this machine'],
    ['postgres://app@[::1]/latchkey?host=', 'this machine'],
    ['postgres://app@db.example.com/latchkey?host=', 'plaintext'],
    ['postgres://app@127.evil.example/latchkey', 'plaintext'],
    ['postgres://app@db.example.com/latchkey?SSLMODE=verify-full', 'plaintext'],
  ])('decides how the database is reached: %s', (DATABASE_URL, connection) => {
    expect(of({ DATABASE_URL }).databaseConnection).toBe(connection);
  });

  it.each([
    ['[::1]', '::1'],
    ['::1', '::1'],
    ['LOCALHOST', 'localhost'],
    ['0.0.0.0', '0.0.0.0'],
    ['b\u00fccher.example', 'xn--bcher-kva.example'],
  ])('is an address to listen at: %s', (HOST, host) => {
    expect(of({ HOST }).host).toBe(host);
  });

  it.each([
    ['HOST', 'localhost:3000'],
    ['HOST', '[::1]:3000'],
    ['HOST', 'http://localhost'],
    ['HOST', 'localhost/'],
    ['HOST', '*'],
    ['PORT', '3000.0'],
    ['PORT', '0x10'],
    ['PORT', '1e3'],
    ['PORT', '+3000'],
    ['PORT', '03000'],
    ['PORT', 'tcp://10.0.0.1:3000'],
    ['PASSKEY_API_PORT', '8e3'],
    ['ORIGIN', 'http://localhost.'],
    ['ORIGIN', 'http://desk,localhost'],
    ['SMTP_URL', 'smtp://someone@mail.example.com'],
    ['SMTP_URL', 'smtp://someone:@mail.example.com'],
    ['SMTP_URL', 'smtp://:sesame@mail.example.com'],
    ['SMTP_URL', 'smtp://someone:12#sesame@mail.example.com'],
    ['SMTP_URL', 'smtp://mail.example.com:0'],
    ['TRUST_PROXY', '1'],
    ['TRUST_PROXY', '127.1'],
    ['TRUST_PROXY', '10.0.0.1:443'],
    ['TRUST_PROXY', '10.0.0.0/8/8'],
    ['TRUST_PROXY', '10.0.0.0/'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', '127.0.0.1,::/0'],
    ['TRUST_PROXY', '::ffff:0.0.0.0/96'],
    ['TRUST_PROXY', '0.0.0.0'],
    ['TRUST_PROXY', '[::]'],
    ['PASSKEYS_BASE_URL', 'http://127.evil.example'],
    ['PASSKEYS_BASE_URL', 'https://:key@passkeys.example.com'],
    ['LOG_LEVEL', 'verbose'],
  ])('is not guessed: %s=%s', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringMatching(`^${name} (must|has)`)]);
  });

  it('is the same for mail, proxies, passkeys and words, however they are written', () => {
    expect(of({ SMTP_URL: 'SMTP://Mail.B\u00fccher.Example:25' }).mail).toMatchObject({
      smtpUrl: 'smtp://mail.xn--bcher-kva.example:25',
    });
    expect(
      of({ TRUST_PROXY: ' 10.0.0.1 , ::ffff:10.0.0.2,[::1],::ffff:10.1.0.0/112,, ' }).trustProxy,
    ).toEqual(['10.0.0.1', '10.0.0.2', '::1', '10.1.0.0/16']);
    expect(
      of({
        PASSKEYS_TENANT_ID: tenant.PASSKEYS_TENANT_ID.toUpperCase(),
        PASSKEYS_API_KEY: `${tenant.PASSKEYS_API_KEY}\r`,
        PASSKEYS_BASE_URL: 'HTTPS://Passkeys.Hanko.IO//',
      }).passkeyTenant,
    ).toEqual({
      baseUrl: 'https://passkeys.hanko.io',
      tenantId: tenant.PASSKEYS_TENANT_ID,
      apiKey: tenant.PASSKEYS_API_KEY,
    });
    expect(of({ LOG_LEVEL: 'INFO', SIGNUP: 'Closed', PORT: ' 8080' })).toMatchObject({
      logLevel: 'info',
      signup: false,
      port: 8080,
    });
  });

  it('is judged together with what other settings mean', () => {
    expect(faultsOf({ ...production, SECRET_KEYS: `${secret},` })).toEqual([]);
    expect(faultsOf({ ...production, NODE_ENV: 'PRODUCTION', SIGNUP: 'OPEN' })).toEqual([
      expect.stringMatching(/^SMTP_URL is missing/),
    ]);
  });
});

describe('settings that cannot be used', () => {
  it('are reported all at once, by name and without their values', () => {
    const wrong = {
      NODE_ENV: 'staging-7',
      PORT: '77777',
      ORIGIN: 'app.example.org',
      DATABASE_URL: 'mysql://root:hunter2@host/db',
      DATABASE_PLAINTEXT: 'whatever-works',
      SECRET_KEYS: 'hunter2',
      PASSKEYS_TENANT_ID: 'my-tenant',
      PASSKEYS_BASE_URL: 'ftp://keys.example',
      PASSKEYS_AUTOMATIC_UPGRADE: 'sometimes',
      PASSKEY_API_PORT: 'eighty-eighty',
      SMTP_URL: 'mail.example.com:hunter2',
      MAIL_FROM: 'postmaster-7',
      SIGNUP: 'members-only',
      TRUST_PROXY: 'true',
      METRICS_TOKEN: 'too-short-to-be-one',
      METRICS_PORT: 'ninety',
      LOG_LEVEL: 'chatty',
    };
    const faults = faultsOf(wrong);
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual(
      expect.arrayContaining([...Object.keys(wrong), 'PASSKEYS_API_KEY']),
    );
    for (const value of Object.values(wrong)) expect(faults.join()).not.toContain(`${value} `);
    expect(faults.join()).not.toMatch(
      /hunter2|77777|staging|my-tenant|chatty|sometimes|mail\.example|postmaster|members|whatever|too-short|ninety/,
    );
  });

  it.each([
    ['ORIGIN', 'https://app.example.com/path'],
    ['ORIGIN', 'https://user@app.example.com'],
    ['ORIGIN', 'ftp://app.example.com'],
    ['ORIGIN', 'null'],
    ['PORT', '0'],
    ['PORT', '3000.5'],
    ['DATABASE_URL', 'sqlite:'],
    ['SECRET_KEYS', 'short'],
    ['SECRET_KEYS', ' , '],
    ['PASSKEYS_BASE_URL', 'http://passkeys.example.com'],
    ['PASSKEYS_BASE_URL', 'https://key@passkeys.example.com'],
    ['PASSKEYS_BASE_URL', 'https://passkeys.example.com/?x=1'],
    ['PASSKEYS_AUTOMATIC_UPGRADE', 'true'],
    ['PASSKEYS_AUTOMATIC_UPGRADE', '1'],
    ['SMTP_URL', 'https://mail.example.com'],
    ['SMTP_URL', 'smtp://'],
    ['SMTP_URL', 'smtp://mail.example.com/inbox'],
    ['SMTP_URL', 'smtp://mail.example.com/?tls.rejectUnauthorized=false'],
    ['SMTP_URL', 'smtp://mail.example.com?requireTLS=false'],
    ['SMTP_URL', 'smtp://mail.example.com?ignoreTLS=true&secure=false'],
    ['SMTP_URL', 'smtp://mail.example.com#x'],
    ['SMTP_URL', 'smtp://user:100%@mail.example.com'],
    ['SMTP_URL', 'smtp://user:pa/ss@mail.example.com'],
    ['MAIL_FROM', 'Latchkey'],
    ['MAIL_FROM', 'Latchkey <no-reply>'],
    ['MAIL_FROM', 'a@example.com, b@example.com'],
    ['MAIL_FROM', 'Latchkey, Inc <a@example.com>'],
    ['MAIL_FROM', 'b@example.com <a@example.com>'],
    ['MAIL_FROM', 'A <a@example.com>, B <b@example.com>'],
    ['MAIL_FROM', 'Latchkey\r\nBcc: b@example.com <a@example.com>'],
    ['MAIL_FROM', 'Latchkey\n<a@example.com>'],
    ['MAIL_FROM', '"Latchkey\n" <a@example.com>'],
    ['MAIL_FROM', 'Latchkey <a@example.com\n>'],
    ['MAIL_FROM', 'a@localhost'],
    ['MAIL_FROM', 'a@пример.рф/x'],
    ['SIGNUP', 'yes'],
    ['REQUIRE_SECOND_FACTOR', 'on'],
    ['TRUST_PROXY', '127.0.0.1,proxy.local'],
    ['TRUST_PROXY', '10.0.0.0/99'],
  ])('%s=%s is one', (name, value) => {
    expect(faultsOf({ [name]: value }).map((fault) => fault.split(' ')[0])).toEqual([name]);
  });

  it.each([
    ['SMTP_URL', 'smtp://localhost'],
    ['SMTP_URL', 'smtps://mail.example.com/'],
    ['SMTP_URL', 'smtp://ada%40example.com:p%2Fa%3As%C3%A9@[2001:db8::1]:2525'],
    ['SMTP_URL', 'smtp://relay:1025?ignoreTLS=true'],
    ['MAIL_FROM', 'a@example.com'],
    ['MAIL_FROM', "o'neil&co@example.com"],
    ['MAIL_FROM', 'Почта <a@пример.рф>'],
    ['MAIL_FROM', 'Latchkey <a@xn--e1afmkfd.xn--p1ai>'],
    ['MAIL_FROM', 'Grüße aus Köln <a@example.com>'],
    ['MAIL_FROM', '"Latchkey, Inc" <a@example.com>'],
  ])('%s=%s is none', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([]);
  });

  it('half a tenant is one', () => {
    expect(faultsOf({ PASSKEYS_TENANT_ID: '4a1c5a3e-6f0c-4d0f-9a52-0f1d3f0a9b11' })).toHaveLength(1);
    expect(faultsOf({ PASSKEYS_API_KEY: 'k'.repeat(40) })).toHaveLength(1);
  });
});

describe('[ASVS 13.2.3] production', () => {
  it('starts with an https origin and a secret', () => {
    expect(faultsOf(production)).toEqual([]);
    expect(loadConfig(production)).toMatchObject({ production: true, development: false });
  });

  it('may be tried on this machine over http', () => {
    expect(faultsOf({ ...production, ORIGIN: 'http://localhost:3000' })).toEqual([]);
    expect(faultsOf({ ...production, ORIGIN: 'http://127.0.0.1:3000' })).toEqual([]);
  });

  it.each([
    ['ORIGIN', '', 'ORIGIN is missing'],
    ['ORIGIN', 'http://app.example.com', 'ORIGIN must be https'],
    ['ORIGIN', 'http://localhost.evil.example', 'ORIGIN must be https'],
    ['SECRET_KEYS', '', 'SECRET_KEYS is missing'],
    ['SECRET_KEYS', 'a'.repeat(40), 'SECRET_KEYS must be random'],
    ['SECRET_KEYS', 'change-me-please-0123456789-abcdef', 'SECRET_KEYS must be random'],
    ['SECRET_KEYS', `${secret},example-secret-key-0123456789-abc`, 'SECRET_KEYS must be random'],
    ['SECRET_KEYS', secret.slice(0, 31), 'SECRET_KEYS must be random'],
  ])('does not start with %s=%s', (name, value, sentence) => {
    expect(faultsOf({ ...production, [name]: value })).toEqual([expect.stringContaining(sentence)]);
  });

  it('cannot be open for sign-up without mail', () => {
    expect(faultsOf({ ...production, SIGNUP: 'open' })).toEqual([
      'SMTP_URL is missing: SIGNUP is open, and a new account is confirmed by mail',
    ]);
    expect(faultsOf({ ...production, SIGNUP: 'closed' })).toEqual([]);
  });

  it('reports what is missing together with what is wrong', () => {
    const names = faultsOf({ NODE_ENV: 'production', SECRET_KEYS: '', PORT: 'x' }).map(
      (fault) => fault.split(' ')[0],
    );
    expect(names.sort()).toEqual(['ORIGIN', 'PORT', 'SECRET_KEYS']);
  });
});

describe('[ASVS 12.3.1] the way to the database', () => {
  const there = 'postgres://app:sesame@db.example.com:5432/latchkey';

  it.each([
    ['a file', 'sqlite:data/latchkey.sqlite', 'this machine'],
    ['no host', 'postgres://app:sesame@/latchkey', 'this machine'],
    ['a loopback name', 'postgres://app@localhost/latchkey', 'this machine'],
    ['a loopback address', 'postgresql://app@127.0.0.1:5433/latchkey', 'this machine'],
    ['a loopback address of IPv6', 'postgres://app@[::1]/latchkey', 'this machine'],
    ['a socket as a parameter', 'postgres://app@/latchkey?host=/var/run/postgresql', 'this machine'],
    [
      'a socket in the place of the host',
      'postgres://app@%2Fvar%2Frun%2Fpostgresql/latchkey',
      'this machine',
    ],
    ['another machine', there, 'plaintext'],
    ['a private address', 'postgres://app@10.0.0.5/latchkey', 'plaintext'],
    ['a name that only begins like ours', 'postgres://app@localhost.example.com/latchkey', 'plaintext'],
    ['another machine as a parameter', 'postgres://app@localhost/latchkey?host=db.example.com', 'plaintext'],
    ['encryption that is off', `${there}?sslmode=disable`, 'plaintext'],
    ['encryption without a certificate', `${there}?sslmode=no-verify`, 'plaintext'],
    ['a mode that some take for a wish', `${there}?sslmode=prefer`, 'plaintext'],
    ['a mode that some do not verify', `${there}?sslmode=require`, 'plaintext'],
    ['a verified certificate', `${there}?sslmode=verify-full`, 'encrypted'],
    ['one of our own authority', `${there}?sslrootcert=/etc/ca.pem&sslmode=verify-full`, 'encrypted'],
  ])('with %s', (_, DATABASE_URL, connection) => {
    expect(loadConfig({ SECRET_KEYS: secret, DATABASE_URL }).databaseConnection).toBe(connection);
    const faults = faultsOf({ ...production, DATABASE_URL });
    expect(faults).toEqual(
      connection === 'plaintext'
        ? [expect.stringMatching(/^DATABASE_URL must end in \?sslmode=verify-full/)]
        : [],
    );
    expect(faults.join()).not.toMatch(/sesame|example\.com/);
  });

  it('leads where the environment of the driver says when the URL names no host', () => {
    const environment = { DATABASE_URL: 'postgres://app@/latchkey', PGHOST: 'db.example.com' };
    expect(faultsOf({ ...production, ...environment })).toHaveLength(1);
  });

  it('may be plain in production when a setting says so, and in development', () => {
    expect(faultsOf({ ...production, DATABASE_URL: there, DATABASE_PLAINTEXT: 'allowed' })).toEqual([]);
    expect(faultsOf({ ...production, DATABASE_URL: there, DATABASE_PLAINTEXT: 'refused' })).toHaveLength(1);
    expect(faultsOf({ DATABASE_URL: there })).toEqual([]);
  });
});
