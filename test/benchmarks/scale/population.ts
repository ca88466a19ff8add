/** Latchkey with few people or with many, and some among them whose days are measured. */
import knex from 'knex';
import type { Database } from '../../../src/db/database.ts';
import { knexConfig } from '../../../src/db/knex-config.ts';
import { paths } from '../../../src/paths.ts';
import { repeat } from '../measuring/client.ts';
import { origin, prepareLatchkey, startLatchkey } from '../measuring/latchkey.ts';
import {
  createPasskey,
  openPage,
  type Person,
  signInWithPasskey,
  signInWithPassword,
} from '../measuring/people.ts';
import { addActivity, fill } from './fill.ts';
import type { SequentialLoad } from './sequential-load.ts';

const known = 24;
/** More than one page of the activity shows. */
const entries = 60;

/**
 * @param databaseUrl of an empty database
 * @param people how many accounts, sessions and passkeys it gets, besides the few that are measured
 */
export async function startPopulated(databaseUrl: string, people: number) {
  const latchkey = await startLatchkey(await prepareLatchkey(databaseUrl, known));
  const persons = Array.from({ length: known }, (_, n) => latchkey.person(n));
  await repeat(known, 2, (n) => settle(persons[n] as Person));
  await crowd(databaseUrl, people);
  // Its statements meet the database as it is now, and not as it was when it was small.
  await latchkey.restart();
  return { days: daysOf(latchkey.server, persons), stop: latchkey.stop };
}

/** The passkey is really created: it is to be signed in with. */
async function settle(person: Person): Promise<void> {
  await signInWithPassword(person);
  await createPasskey(person, origin);
}

async function crowd(databaseUrl: string, people: number): Promise<void> {
  const db = openPatiently(databaseUrl);
  try {
    for (const id of await db('users').pluck('id')) await addActivity(db, id, entries);
    await fill(db, people);
  } finally {
    await db.destroy();
  }
}

/** Without the application's limits of time: filling takes what it takes. */
function openPatiently(databaseUrl: string): Database {
  const { connection, ...config } = knexConfig(databaseUrl, '/');
  return knex({
    ...config,
    connection: databaseUrl.startsWith('sqlite:') ? connection : databaseUrl,
  } as never);
}

/** Half of them look at pages; the others sign in, which leaves their browsers without a session in between. */
function daysOf(
  server: SequentialLoad['server'],
  persons: Person[],
): Record<'dashboard' | 'activity' | 'passkey', SequentialLoad> {
  const half = known / 2;
  const reader = (n: number) => persons[n % half] as Person;
  const holder = (n: number) => persons[half + (n % half)] as Person;
  return {
    dashboard: { server, times: 80, send: (n) => openPage(reader(n), paths.dashboard) },
    activity: { server, times: 80, send: (n) => openPage(reader(n), paths.activity) },
    passkey: { server, times: 24, send: (n) => signInWithPasskey(holder(n), origin) },
  };
}
