/** `npm run guide -- 3` serves a step of the guide, and the passkey API beside it. For whoever reads the guide. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { loadConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { createCeremoniesAlone } from '../../src/development/ceremonies-alone.ts';
import { learnersDatabase, learnersTenant } from '../../src/passkey-api/learners-tenant.ts';
import { orStop, stop, troubleListening } from '../../src/start.ts';
import { startApp } from './attack/app-process.ts';
import { serveRehearsalApi } from './attack/rehearsal-api.ts';
import { stepDirectory } from './attack/step-directory.ts';

const [name = ''] = process.argv.slice(2);
const directory = stepDirectory(name) ?? stop('npm run guide -- STEP, such as 0, 3 or koa');
const config = orStop(loadConfig);
if (config.production)
  stop('npm run guide is for development: its accounts have known passwords. Leave NODE_ENV out.');
const { secretKeys, passkeyApiPort } = config;
const db = orStop(() => openDatabase(learnersDatabase(config.databaseUrl), config.root));
await migrate(db);

/** Latchkey itself is at 3000, which is what PORT means to its settings. */
const port = process.env.PORT ? Number(process.env.PORT) : 4000;
const origin = `http://localhost:${port}`;
const at = { port: passkeyApiPort, setting: 'PASSKEY_API_PORT' };
await demandFree();
const tell = (sentence: string) => void process.stdout.write(`${sentence}\n`);
const watching = createCeremoniesAlone(config.root);
const tenant = { ...learnersTenant(secretKeys), secretKeys };
const parts = { db, ...tenant, origin, port: passkeyApiPort, tell, watching };
const api = await serveRehearsalApi(parts).catch((error) => stop(troubleListening(error, at)));
const app = await startApp(directory, port, api.env).catch((error) => stop(error.message));
process.stdout.write(`Step ${name} is at ${origin}, the passkey API at ${api.baseUrl}. Ctrl+C ends both.
Sign in as ada@example.com with analytical-engine-1843, or as eve@example.com with between-the-two-1988.
What the app and its browsers say to each other: ${api.baseUrl}${watching.address}
`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);

/** Whoever listens at the port of the app would be taken for it. */
async function demandFree(): Promise<void> {
  const probe = createServer().listen(port, '127.0.0.1');
  await once(probe, 'listening').catch((error) => stop(troubleListening(error, { port, setting: 'PORT' })));
  probe.close();
  await once(probe, 'close');
}

async function end(): Promise<void> {
  await app.stop();
  await api.stop();
  await db.destroy();
}
