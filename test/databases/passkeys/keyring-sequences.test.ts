/** No sequence of what a person does with their passkeys leaves them without a way in. SEED begins somewhere else. */
import { beforeAll, expect, it } from 'vitest';
import { type Accounts, createAccounts } from '../../../src/accounts/accounts.ts';
import type { Person } from '../../../src/passkeys/passkeys.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { withOuter } from '../../support/credential-surgery.ts';
import { outcomeOf, relyingParty, startPasskeys, type TestPasskeys } from '../../support/passkeys.ts';

const steps = 16;
const mostPasskeys = 5;
const firstSeed = Number(process.env.SEED ?? 1);
const seeds = Array.from({ length: 10 }, (_, index) => firstSeed + index);

let running: TestPasskeys;
let accounts: Accounts;
let hash: string;
beforeAll(async () => {
  running = await startPasskeys();
  const { db } = running.database;
  accounts = createAccounts({ db, logger: running.logger });
  await accounts.create('somebody@example.com', 'somebody-with-a-password');
  ({ password_hash: hash } = await db('users').first());
  return () => running.database.drop();
});

type Life = { person: Person; random: (below: number) => number };

/** Read from the tables: what is left to sign in with, and all passkeys, the dependent ones too. */
async function stateOf({ id }: Person) {
  const { db } = running.database;
  const { password_hash } = await db('users').where({ id }).first();
  const ids: string[] = await db('passkey_api_credentials').where({ user_id: id }).orderBy('id').pluck('id');
  const records = await db('passkey_records').where({ user_id: id }).select('credential_id', 'discoverable');
  const isDependent = (key: string) =>
    records.some((row) => row.credential_id === key && row.discoverable !== null && !row.discoverable);
  const alone = ids.filter((key) => !isDependent(key));
  return { hasPassword: password_hash !== null, ids, alone, ways: alone.length + Number(!!password_hash) };
}

async function remove(person: Person, id: string): Promise<string> {
  return outcomeOf(running.remove(person, id, await accounts.hasPassword(person.id)));
}

async function create(person: Person, rk?: boolean): Promise<void> {
  const started = await running.begin(person);
  const answer = createAuthenticator().create(started.options, relyingParty.origin);
  const results = rk === undefined ? {} : { credProps: { rk } };
  await running.finish(person, started, withOuter(answer, { clientExtensionResults: results }));
}

/** What may happen; each says what it was, for whoever reads of a failure. */
const acts: ((life: Life) => Promise<string>)[] = [
  async ({ person, random }) => {
    if ((await stateOf(person)).ids.length >= mostPasskeys) return 'had enough';
    const rk = [undefined, true, false][random(3)];
    await create(person, rk);
    return `created, discoverable ${rk}`;
  },
  async ({ person }) => {
    if ((await stateOf(person)).ids.length >= mostPasskeys) return 'had enough';
    await running.upgrade(person);
    return 'upgraded';
  },
  async ({ person, random }) => {
    const { ids, alone, hasPassword } = await stateOf(person);
    const id = ids[random(ids.length)];
    if (!id) return 'had none';
    const isLast = !hasPassword && alone.every((other) => other === id);
    const outcome = await remove(person, id);
    expect(outcome).toBe(isLast ? 'last_way_in' : 'done');
    return `deleted one: ${outcome}`;
  },
  async ({ person }) => {
    const { ids } = await stateOf(person);
    const outcomes = await Promise.all(ids.map((id) => remove(person, id)));
    for (const outcome of outcomes) expect(['done', 'last_way_in']).toContain(outcome);
    return `deleted all at once: ${outcomes}`;
  },
  async ({ person, random }) => {
    const { ids } = await stateOf(person);
    const some = [ids[random(ids.length)], ids[random(ids.length)], 'A'.repeat(22)];
    const outcomes = await Promise.all(some.map((id = 'B'.repeat(22)) => remove(person, id)));
    for (const outcome of outcomes) expect(['done', 'last_way_in', 'not_found']).toContain(outcome);
    return `deleted two at once, and one that is not there: ${outcomes}`;
  },
  async ({ person: { id }, person }) => {
    const { alone } = await stateOf(person);
    // Nobody takes the password away from whoever has nothing else.
    if (alone.length === 0) return 'kept the password';
    await running.database.db('users').where({ id }).update({ password_hash: null });
    return 'lost the password';
  },
  async ({ person: { id }, random }) => {
    if (random(3) > 0) return 'set no password';
    await running.database.db('users').where({ id }).update({ password_hash: hash });
    return 'set a password';
  },
];

it.each(seeds)('a life that begins with %i has a way in after every step', async (seed) => {
  const email = `life-${seed}@example.com`;
  const { id } = await accounts.create(email, 'a-password-to-begin-with');
  const life: Life = { person: { id, email, signInId: 'this one' }, random: seeded(seed) };
  const story: string[] = [];
  for (let step = 0; step < steps; step++) {
    story.push((await acts[life.random(acts.length)]?.(life)) ?? '');
    expect((await stateOf(life.person)).ways, story.join('\n')).toBeGreaterThan(0);
  }
});

/** The same numbers for the same seed (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return below === 0 ? 0 : ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
