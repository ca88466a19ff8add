/**
 * No statement reads more as the tables grow. Everything that anybody can do is done once, and the database is asked how it
 * would find the rows of each statement that was sent if the tables were large.
 */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { createLogger } from '../../../src/logger.ts';
import { createOutbox } from '../../../src/mail/outbox.ts';
import { listCredentials } from '../../../src/passkey-api/credential-store.ts';
import { createPasskeyBackend } from '../../../src/passkey-backend.ts';
import { createActor } from '../../support/acting.ts';
import { walkThroughEveryRoute } from '../../support/every-route.ts';
import { fillTables, rowsOfEach } from '../../support/filled-tables.ts';
import { type MailedApp, startMailedApp } from '../../support/mailed.ts';
import { operationNames, operationScenarios } from '../../support/operation-scenarios.ts';
import { planning, type Statement, statementsOf, unboundedSteps } from '../../support/plans.ts';
import { tablesOf } from '../../support/tables.ts';

/** Tables that stay small, and why. Every other one grows. */
const small: Record<string, string> = {
  knex_migrations: 'one row for each migration',
  knex_migrations_lock: 'one row',
  passkey_api_signing_keys: 'one key in 90 days, and swept',
};

/** What reads a whole table because that is what is asked, or is sent by these tests. */
const exempt = [
  // The doctor, when an operator calls it: how many letters wait.
  /^select count\(\*\) as .count., min\(.created_at.\) as .oldest. from .outbox.$/,
  // Of the page of all passkeys only the number, which the contract of the API has and this application never asks for.
  /^select count\(\*\) as .total. from .passkey_api_credentials. where .tenant_id. = (\?|\$1)$/,
  // Tests that look for the secret of a letter.
  /^select .letter. from .outbox. where .letter. like /,
];

/** Without them more is read of one account, which has no more than its bounds, and never of a table. */
const ofOneAccount = ['activity_user_id_at_id_index', 'activity_user_id_event_at_index'];

/** What a deletion of an account asks by itself, without a statement that could be explained. */
const ofDeletions = ['recovery_codes_user_id_index'];

let running: MailedApp;
let growing: Set<string>;
let unreached: string[];
let statements: Statement[];
let unmatched: RegExp[];
beforeAll(async () => {
  running = await startMailedApp();
  const { db } = running.database;
  growing = new Set((await tablesOf(db)).filter((table) => !Object.hasOwn(small, table)));
  await fillTables(db);
  statements = await statementsOf(db, async () => {
    unreached = await walkThroughEveryRoute(running);
    // Before the letters of all scenarios wait as well: each costs a connection, and asks nothing new of the database.
    await running.app.deliverMail();
    const scenarios = await operationScenarios(running);
    for (const name of operationNames) await (await scenarios[name](await createActor(running)))();
    await running.app.sweep();
    await createPasskeyBackend(running.config, db, createLogger('silent')).sweep();
    await running.app.accounts.isEmpty();
    await createOutbox(db).waiting();
    await listCredentials({ db, tenantId: inject('tenantId') }, { order: 'desc', offset: 0, limit: 100 });
  });
  unmatched = exempt.filter((pattern) => !statements.some(({ sql }) => pattern.test(sql)));
  statements = statements.filter(({ sql }) => !exempt.some((pattern) => pattern.test(sql)));
});
afterAll(() => running.close());

it('every table that grows is full', async () => {
  for (const table of growing) {
    const [counted] = await running.database.db(table).count({ rows: '*' });
    expect(Number(counted?.rows), table).toBeGreaterThanOrEqual(rowsOfEach / 2);
  }
});

it('everybody has been everywhere', () => {
  expect(unreached).toEqual([]);
});

it('nothing is exempt that nobody sends', () => {
  expect(unmatched).toEqual([]);
});

/** What is wrong with the plans of the statements that name a table, or of all. */
async function unboundedOn(db: Database, table = ''): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const statement of statements.filter(({ sql }) => sql.includes(table))) {
    const steps = await unboundedSteps(db, statement, growing);
    if (steps.length > 0) found[statement.sql] = steps;
  }
  return found;
}

it('nothing that was sent reads or sorts more as a table grows', async () => {
  expect(statements.length).toBeGreaterThan(80);
  expect(await planning(running.database.db, unboundedOn)).toEqual({});
});

it('every index is missed when it is gone, so there is none too few and none too many', async () => {
  const { db } = running.database;
  const unmissed: string[] = [];
  for (const { name, table } of await indexesOf(db))
    await planning(db, async (trx) => {
      await trx.raw('DROP INDEX ??', [name]);
      if (Object.keys(await unboundedOn(trx, table)).length === 0) unmissed.push(name);
    });
  expect(unmissed.sort()).toEqual([...ofOneAccount, ...ofDeletions]);
});

/** All but those that a key makes by itself. */
async function indexesOf(db: Database): Promise<{ name: string; table: string }[]> {
  const indexes: { name: string; table: string }[] =
    process.env.TEST_DATABASE === 'postgres'
      ? await db('pg_indexes')
          .where({ schemaname: 'public' })
          .select({ name: 'indexname', table: 'tablename' })
      : await db('sqlite_master').where({ type: 'index' }).select({ name: 'name', table: 'tbl_name' });
  return indexes.filter(({ name }) => name.endsWith('_index'));
}
