/** Brings a PostgreSQL server with the template of the run: the one of TEST_DATABASE_URL, or the embedded one. */
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { asAdministrator, databaseOn } from './postgres.ts';
import { fillTemplate, postgresTemplate } from './template.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  const server = given
    ? { url: given, stop: async () => {} }
    : await startEmbeddedPostgres({ inMemory: true });
  await asAdministrator(server.url, `DROP DATABASE IF EXISTS ${postgresTemplate}`);
  await asAdministrator(server.url, `CREATE DATABASE ${postgresTemplate}`);
  await fillTemplate(databaseOn(server.url, postgresTemplate), project);
  project.provide('postgresUrl', server.url);
  return server.stop;
}
