/** Brings a PostgreSQL server with the template of the run, and a PgBouncer before it that keeps transactions together. */
import type { TestProject } from 'vitest/node';
import startPostgres from '../../support/postgres-server.ts';
import { startPgbouncer } from './pgbouncer.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server = '';
  const provide: TestProject['provide'] = (key, value) => {
    if (key === 'postgresUrl') server = String(value);
    project.provide(key, value);
  };
  const stopPostgres = await startPostgres(Object.assign(Object.create(project), { provide }));
  const pooler = await startPgbouncer(server);
  project.provide('pooledUrl', pooler.url);
  return async () => {
    await pooler.stop();
    await stopPostgres();
  };
}
