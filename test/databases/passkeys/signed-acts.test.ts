/** What is kept of an act that was signed: it verifies alone, and no longer when anything of it is changed. */
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { limits } from '../../../src/limits.ts';
import { pseudonym } from '../../../src/logger.ts';
import type { ActData, Person, SignedAct } from '../../../src/passkeys/passkeys.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { runChore } from '../../support/chores.ts';
import { relyingParty, somebody, source, startPasskeys, type TestPasskeys } from '../../support/passkeys.ts';

let running: TestPasskeys;
let ada: Person;
let signed: SignedAct;
beforeAll(async () => {
  running = await startPasskeys();
  return () => running.database.drop();
});
beforeEach(async () => {
  await rows().delete();
  ada = somebody(`${crypto.randomUUID()}@example.com`);
  await addUser(ada);
  signed = await sign();
  expect(await keep(signed)).toBe(true);
});

const rows = () => running.database.db('signed_acts');
const addUser = ({ id, email }: Person) =>
  running.database.db('users').insert({ id, email, created_at: '', updated_at: '' });
const keep = (what: SignedAct) => running.keepSigned(what);

async function sign(person = ada): Promise<SignedAct> {
  const authenticator = createAuthenticator();
  const id = await running.create(person, authenticator);
  const act: ActData = { act: 'remove_password', account: person.id, passkeys: { [id]: 'Laptop' } };
  const terms = { act };
  const { options, ticket } = await running.passkeys.beginConfirmation(person, terms);
  const assertion = authenticator.get(options, relyingParty.origin);
  return running.passkeys.confirmAct(person, terms, assertion, [ticket], source);
}

const verify = () => runChore(['activity:verify'], { databaseUrl: running.database.url });

const compared =
  'The keys were compared with those in this database: whoever may write there can change both.\n';

async function intact(): Promise<boolean[]> {
  const all: boolean[] = [];
  for await (const { origin } of running.passkeys.signedActs()) all.push(origin === relyingParty.origin);
  return all;
}

/** Another value that looks like the one there is. */
const changes: Record<string, (value: string) => string> = {
  transaction_id: () => 'A'.repeat(22),
  user_id: () => other.id,
  at: (at) => at.replace(/^2/, '1'),
  data: (data) => data.replace('Laptop', 'Tablet'),
  public_key: (key) => turned(key),
  client_data: (data) => turned(data),
  authenticator_data: (data) => turned(data),
  signature: (signature) => turned(signature),
};
let other: Person;

/** With one bit of its last byte but three turned over. */
function turned(text: string): string {
  const bytes = Buffer.from(text, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 4) ^ 1, bytes.length - 4);
  return bytes.toString('base64url');
}

it('has no other columns than those that are changed below', async () => {
  expect(Object.keys(await rows().first()).sort()).toEqual(Object.keys(changes).sort());
});

it('does not verify when any of them was changed', async () => {
  other = somebody(`${crypto.randomUUID()}@example.com`);
  await addUser(other);
  const row = await rows().first();
  for (const [column, change] of Object.entries(changes)) {
    const changed = change(row[column]);
    expect(changed).not.toBe(row[column]);
    await rows().update({ [column]: changed });
    expect(await intact(), column).toEqual([false]);
    await rows().update({ [column]: row[column] });
    expect(await intact(), column).toEqual([true]);
  }
});

it('is named by the chore when it was changed, which then ends with 1', async () => {
  await rows().update({ at: '1999-01-01T00:00:00.000Z' });
  const { transaction_id, user_id, at } = await rows().first();
  expect(await verify()).toEqual({
    code: 1,
    out: `"${transaction_id}" of "${at}", of the account ${pseudonym(user_id)}, is not what was signed.\n1 signed act: 0 good, 1 changed.\n`,
    err: '',
  });
});

it('does not verify when the same bytes are spelt in another way, or with the parts of another record', async () => {
  const { signature } = await rows().first('signature');
  await rows().update({ signature: `${signature}=` });
  expect(await intact()).toEqual([false]);
  await rows().update({ signature });
  const another = await sign();
  await rows().update({ signature: another.record.signature, public_key: another.record.publicKey });
  expect(await intact()).toEqual([false]);
});

it('is counted by the chore, whether there is none or more than one', async () => {
  await keep(await sign());
  expect(await verify()).toEqual({ code: 0, out: `2 signed acts: good.\n${compared}`, err: '' });
  await rows().delete();
  expect(await verify()).toEqual({ code: 0, out: 'No signed acts are kept.\n', err: '' });
});

it('belongs to its account, newest first, and goes with it', async () => {
  const later = await sign();
  await keep(later);
  const listed = await running.passkeys.signedBy(ada.id);
  expect(listed.map(({ transactionId }) => transactionId)).toEqual([
    later.record.transactionId,
    signed.record.transactionId,
  ]);
  expect(await running.passkeys.signedBy('somebody else')).toEqual([]);
  await running.database.db('users').where({ id: ada.id }).delete();
  expect(await rows()).toEqual([]);
});

it('is kept as long as the activity, and swept then', async () => {
  const days = (count: number) => new Date(Date.now() - count * 86_400_000).toISOString();
  await rows().update({ at: days(89) });
  await running.passkeys.sweep();
  expect(await rows()).toHaveLength(1);
  await rows().update({ at: days(91) });
  await running.passkeys.sweep();
  expect(await rows()).toEqual([]);
});

it(`is not kept beside ${limits.signedActsOfAccount} others of one account`, async () => {
  const row = await rows().first();
  const others = Array.from({ length: limits.signedActsOfAccount - 1 }, (_, index) => ({
    ...row,
    transaction_id: `another ${index}`,
  }));
  await running.database.db.batchInsert('signed_acts', others, 50);
  expect(await keep(await sign())).toBe(false);
  expect(await rows()).toHaveLength(limits.signedActsOfAccount);
});
