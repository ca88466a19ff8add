/**
 * better-auth with its passkey plugin, as its guide sets it up, on better-sqlite3. Its own limits are off: they would
 * refuse the load.
 */
import { createServer } from 'node:http';
import { passkey } from '@better-auth/passkey';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import Database from 'better-sqlite3';

const { DATABASE = '', ORIGIN = '', PORT } = process.env;

const database = new Database(DATABASE);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = NORMAL');
const options = {
  database,
  baseURL: ORIGIN,
  secret: 'a secret of this benchmark alone, thirty-two or more',
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [passkey({ rpID: new URL(ORIGIN).hostname, rpName: 'Peer', origin: ORIGIN })],
};
await (await getMigrations(options)).runMigrations();
createServer(toNodeHandler(betterAuth(options))).listen(Number(PORT), '127.0.0.1');
