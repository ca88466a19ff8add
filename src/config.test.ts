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
    expect(loadConfig({ ...production, ...server, SIGNUP: 'open' }).signup).toBe(true);
  });

  it('is frozen', () => {
    const config = loadConfig({ SECRET_KEYS: secret });
    expect([config, config.secretKeys, config.trustProxy, config.mail].every(Object.isFrozen)).toBe(true);
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
      LOG_LEVEL: 'chatty',
    };
    const faults = faultsOf(wrong);
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual(
      expect.arrayContaining([...Object.keys(wrong), 'PASSKEYS_API_KEY']),
    );
    for (const value of Object.values(wrong)) expect(faults.join()).not.toContain(`${value} `);
    expect(faults.join()).not.toMatch(
      /hunter2|77777|staging|my-tenant|chatty|sometimes|mail\.example|postmaster|members|whatever/,
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
    ['PASSKEYS_AUTOMATIC_UPGRADE', 'On'],
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
    ['SIGNUP', 'yes'],
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
    ['what nobody can read', 'postgres://app@db example:x/latchkey', 'plaintext'],
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
