/** Empty databases of both kinds, as tests have them: SQLite in files, PostgreSQL on a server that comes with packages. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import { asAdministrator, databaseOn } from '../../support/postgres.ts';
import { createDirectory } from '../measuring/directory.ts';

/** @property create an empty database. @returns its URL */
export type Databases = { create(name: string): Promise<string>; remove(): Promise<void> };

export const kinds: Record<string, () => Promise<Databases>> = {
  async sqlite() {
    const directory = await createDirectory();
    return {
      create: async (name) => `sqlite:${path.join(directory, `${name}.sqlite`)}`,
      remove: async () => rmSync(directory, { recursive: true, force: true }),
    };
  },

  async postgres() {
    const server = await startEmbeddedPostgres();
    return {
      async create(name) {
        await asAdministrator(server.url, `CREATE DATABASE ${name}`);
        return databaseOn(server.url, name);
      },
      remove: server.stop,
    };
  },
};
