/**
 * What a record says besides who signed what: that a verified user was there, and at which site. And what a record cannot
 * say: that the key is the account's. Whoever may write records can make one with a key of their own.
 */
import { createHash } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pseudonym } from '../../../src/logger.ts';
import type { Person } from '../../../src/passkeys/passkeys.ts';
import {
  type AssertionAnswer,
  type Authenticator,
  createAuthenticator,
} from '../../support/authenticator.ts';
import { runChore } from '../../support/chores.ts';
import { concat, utf8, withAuthData, withClientData, withFlags } from '../../support/credential-surgery.ts';
import { startPasskeyService } from '../../support/passkey-service.ts';
import { relyingParty, somebody, source, startPasskeys, type TestPasskeys } from '../../support/passkeys.ts';

let running: TestPasskeys;
let ada: Person;
let laptop: Authenticator;
let own: string;
/** The assertion that the record was made of. */
let assertion: AssertionAnswer;

/** What there is to begin with: of Ada alone. */
const begun: [table: string, rows: object[]][] = [];

beforeAll(async () => {
  running = await startPasskeys();
  ada = somebody('ada@example.com');
  laptop = createAuthenticator();
  ({ own, assertion } = await signs(ada, laptop));
  const tables = ['signed_acts', 'passkey_records', 'passkey_api_credentials'];
  for (const table of tables) begun.push([table, await running.database.db(table)]);
  return () => running.database.drop();
});
beforeEach(async () => {
  for (const [table, rows] of begun) {
    await running.database.db(table).delete();
    await running.database.db(table).insert(rows);
  }
});

/** Somebody with a passkey signs an act, which is kept. */
async function signs(person: Person, authenticator: Authenticator) {
  const user = { id: person.id, email: person.email, created_at: '', updated_at: '' };
  await running.database.db('users').insert(user);
  const own = await running.create(person, authenticator);
  const terms = { act: { act: 'remove_password', account: person.id, passkeys: { [own]: 'Laptop' } } };
  const { options, ticket } = await running.passkeys.beginConfirmation(person, terms);
  const assertion = authenticator.get(options, relyingParty.origin);
  const signed = await running.passkeys.confirmAct(person, terms, assertion, [ticket], source);
  await running.keepSigned(signed);
  return { own, assertion };
}

const rows = () => running.database.db('signed_acts');
const sha256 = (text: string) => new Uint8Array(createHash('sha256').update(text).digest());

/** Puts another assertion into the record, signed by a key that the record then has. */
async function forge(
  change: (assertion: AssertionAnswer) => AssertionAnswer,
  by: { authenticator: Authenticator; id: string; owner: Person } = {
    authenticator: laptop,
    id: own,
    owner: ada,
  },
): Promise<void> {
  const { clientDataJSON, authenticatorData } = change(assertion).response;
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
  const signature = by.authenticator.sign(by.id, bytes(authenticatorData), bytes(clientDataJSON));
  const [public_key] = (await running.passkeys.publicKeysOf(by.owner.id)) ?? [];
  await rows().update({
    public_key,
    client_data: clientDataJSON,
    authenticator_data: authenticatorData,
    signature: Buffer.from(signature).toString('base64url'),
  });
}

async function origins(): Promise<(string | null)[]> {
  const all: (string | null)[] = [];
  for await (const { origin } of running.passkeys.signedActs()) all.push(origin);
  return all;
}

async function verify(env: Record<string, string> = {}) {
  const { transaction_id, user_id, at } = await rows().first();
  const name = `"${transaction_id}" of "${at}", of the account ${pseudonym(user_id)}`;
  const done = await runChore(['activity:verify'], { databaseUrl: running.database.url, env });
  return { code: done.code, out: done.out.replace(name, 'THIS') };
}

const inDatabase =
  'The keys were compared with those in this database: whoever may write there can change both.\n';

/** For another site, as its own authenticator would have signed it. */
const forSite = (origin: string, rpId: string) => (answer: AssertionAnswer) =>
  withAuthData(withClientData(answer, { origin }), (bytes) => concat(sha256(rpId), bytes.slice(32)));

const flag = { userPresent: 1, userVerified: 1 << 2, backupEligible: 1 << 3, attested: 1 << 6 };

it('verifies without the passkey API, whatever the key is made of', async () => {
  for (const algorithm of ['EdDSA', 'RS256'] as const)
    await signs(
      somebody(`${crypto.randomUUID()}@example.com`),
      createAuthenticator({ algorithms: [algorithm] }),
    );
  const { db } = running.database;
  const tables = ['passkey_api_credentials', 'passkey_api_challenges', 'passkey_records', 'used_challenges'];
  for (const table of tables) await db(table).delete();
  running.wire.calls.length = 0;
  expect(await origins()).toEqual([relyingParty.origin, relyingParty.origin, relyingParty.origin]);
  expect(running.wire.calls).toEqual([]);
});

it('is what a verified user signed at this site', async () => {
  await forge((answer) => answer);
  expect(await origins()).toEqual([relyingParty.origin]);
});

const changes: [string, (answer: AssertionAnswer) => AssertionAnswer][] = [
  ['nobody was present', (answer) => withFlags(answer, (flags) => flags & ~flag.userPresent)],
  ['the user was not verified', (answer) => withFlags(answer, (flags) => flags & ~flag.userVerified)],
  ['it is backed up and cannot be', (answer) => withFlags(answer, (flags) => flags & ~flag.backupEligible)],
  ['a credential is attested', (answer) => withFlags(answer, (flags) => flags | flag.attested)],
  ['the authenticator signed for another site', forSite(relyingParty.origin, 'evil.example')],
  ['the browser was at another site', forSite('https://evil.example', relyingParty.id)],
  ['the browser was at a part of the site', forSite('http://app.localhost:3000', relyingParty.id)],
  ['the authenticator signed for a part of the site', forSite(relyingParty.origin, 'app.localhost')],
  ['the origin is spelt in another way', forSite('http://LOCALHOST:3000', 'localhost')],
  ['the origin has a path', forSite('http://localhost:3000/', 'localhost')],
  ['the origin is an app', forSite('android:apk-key-hash:AAAA', '')],
  ['the page was embedded', (answer) => withClientData(answer, { crossOrigin: true })],
  [
    'the page was embedded in another',
    (answer) => withClientData(answer, { topOrigin: 'https://evil.example' }),
  ],
  ['a passkey was created', (answer) => withClientData(answer, { type: 'webauthn.create' })],
  ['another challenge was signed', (answer) => withClientData(answer, { challenge: 'A'.repeat(86) })],
  ['bytes are left over', (answer) => withAuthData(answer, (bytes) => concat(bytes, utf8('!')))],
];

it('is not what was signed when anything of it is wrong, whoever signed that', async () => {
  for (const [what, change] of changes) {
    await forge(change);
    expect(await origins(), what).toEqual([null]);
  }
});

it('is told by the chore when it is not what was signed', async () => {
  await forge((answer) => withFlags(answer, (flags) => flags & ~flag.userVerified));
  expect(await verify()).toEqual({
    code: 1,
    out: 'THIS, is not what was signed.\n1 signed act: 0 good, 1 changed.\n',
  });
});

it('says where it was signed, which the chore names when the site has moved since', async () => {
  const out = `THIS, was signed at "${relyingParty.origin}", which is not this site.\n1 signed act: 0 good, 1 signed at another site.\n`;
  expect(await verify({ ORIGIN: 'https://new.example.com' })).toEqual({ code: 0, out });
  await forge(forSite('https://old.example.com', 'old.example.com'));
  expect(await verify()).toEqual({
    code: 0,
    out: out.replace(relyingParty.origin, 'https://old.example.com'),
  });
});

describe('the key of a record', () => {
  const elsewhere = 'The keys were compared with those that the passkey API has.\n';
  const notAll = 'Not all keys were compared: the passkey API did not answer. Try again later.\n';
  const unknownKey = `THIS, was signed with a key that no passkey of the account has: it was removed since, or was never theirs.\n1 signed act: 0 good, 1 with a key that the account does not have.\n`;

  it('is compared with those that the passkey API has of the account', async () => {
    expect(await verify()).toEqual({ code: 0, out: `1 signed act: good.\n${inDatabase}` });
    const mallory = somebody();
    const authenticator = createAuthenticator();
    const id = await running.create(mallory, authenticator);
    await forge((answer) => answer, { authenticator, id, owner: mallory });
    expect(await origins(), 'it verifies, with the key of somebody else').toEqual([relyingParty.origin]);
    expect(await verify()).toEqual({ code: 0, out: unknownKey + inDatabase });
  });

  it('is unknown once its passkey is gone, which is no fault', async () => {
    await running.remove(ada, own);
    expect(await verify()).toEqual({ code: 0, out: unknownKey + inDatabase });
  });

  it('is compared with those of a service elsewhere, and not at all while that does not answer', async () => {
    const service = await startPasskeyService();
    expect(await verify(service.env)).toEqual({ code: 0, out: unknownKey + elsewhere });
    await service.stop();
    const out = `1 signed act: 0 good, 1 with a key that was not compared.\n${notAll}`;
    expect(await verify(service.env)).toEqual({ code: 0, out });
  });

  it('is not called good while it was compared with none, though the service answered for another account', async () => {
    await signs(somebody(`${crypto.randomUUID()}@example.com`), createAuthenticator());
    const service = await startPasskeyService();
    let asked = 0;
    service.answerWith((_request, response) =>
      asked++ === 0
        ? response.writeHead(200, { 'Content-Type': 'application/json' }).end('[]')
        : response.destroy(),
    );
    const { code, out } = await verify(service.env);
    await service.stop();
    expect([code, out.split('\n').slice(1).join('\n')]).toEqual([
      0,
      `2 signed acts: 0 good, 1 with a key that the account does not have, 1 with a key that was not compared.\n${elsewhere}${notAll}`,
    ]);
  });
});
