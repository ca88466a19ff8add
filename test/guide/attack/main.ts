/**
 * `npm run guide:attack -- 4` attacks a step of the guide, `npm run guide:attack -- http://localhost:4000` an app of
 * one's own, which asks the passkey API at the usual port: the attacks answer there in its place.
 */
import { existsSync } from 'node:fs';
import { loadConfig } from '../../../src/config.ts';
import { openDatabase } from '../../../src/db/database.ts';
import { migrate } from '../../../src/db/migrate.ts';
import { learnersDatabase, learnersTenant } from '../../../src/passkey-api/learners-tenant.ts';
import { orStop, stop, troubleListening } from '../../../src/start.ts';
import { freePort } from '../../support/free-port.ts';
import { type AppProcess, startApp } from './app-process.ts';
import { createStage, type Outcome } from './attack.ts';
import { broken } from './broken.ts';
import { type Contract, contractOfTheGuide } from './contract.ts';
import { serveRehearsalApi } from './rehearsal-api.ts';
import { detailsOf, heading, lineOf, summaryOf } from './report.ts';
import { attackRequest, UsageError } from './request.ts';
import { attackAll, attacks, ControlFailed } from './suite.ts';

const usage = `npm run guide:attack -- STEP                       such as 4, or koa
npm run guide:attack -- 4 --break NAME             with a patch of the chapter, such as replay
npm run guide:attack -- http://localhost:4000      an app of your own; stop npm run passkey-api first
npm run guide:attack -- http://localhost:4000 /home/ada/app/attack.json
                                                   with what is different there (docs/guide/4-break-it.md)
`;

// Whoever reads the beginning alone, as `head` does, has seen enough. The app and the API still end as they should.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const request = requested();
const config = orStop(loadConfig);
const db = orStop(() => openDatabase(learnersDatabase(config.databaseUrl), config.root));
await migrate(db);
process.exitCode = await (request.kind === 'app'
  ? attack(request.origin, request.contract, config.passkeyApiPort)
  : attackStep(request.directory, request.patch));
await db.destroy();

function requested() {
  try {
    return attackRequest(process.argv.slice(2), startedIn());
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}`);
    return process.exit(2);
  }
}

async function attackStep(found: string, patch: string | undefined): Promise<number> {
  const { directory, remove } = await broken(found, patch).catch((error) => stop(error.message));
  const port = await freePort();
  const contract = { ...contractOfTheGuide, removePassword: '/password/delete' };
  try {
    return await attack(`http://localhost:${port}`, contract, 0, (env) => startApp(directory, port, env));
  } finally {
    await remove();
  }
}

function codeOf(outcomes: Outcome[]): number {
  return outcomes.includes('could not be tried') ? 2 : Number(outcomes.includes('got through'));
}

/** @returns the code to exit with: 1 when an attack got through, 2 when one could not be tried, or none */
async function attack(
  origin: string,
  contract: Contract,
  port: number,
  start?: (env: Record<string, string>) => Promise<AppProcess>,
): Promise<number> {
  const { secretKeys } = config;
  const api = await serveRehearsalApi({ db, ...learnersTenant(secretKeys), secretKeys, origin, port }).catch(
    (error) =>
      stop(
        error.code === 'EADDRINUSE'
          ? `Port ${port} is taken. Your app asks there, and the attacks answer in place of the passkey API: stop npm run passkey-api.`
          : troubleListening(error, { port, setting: 'PASSKEY_API_PORT' }),
      ),
  );
  const app = await start?.(api.env);
  const stage = createStage({ origin, contract, api, pass: app?.pass });
  try {
    print(heading);
    const outcomes = await attackAll(stage, attacks, (attack, outcome, reason) => {
      print(lineOf(attack, outcome, reason));
      if (!app) print(detailsOf(outcome, stage.exchanges));
    });
    print(summaryOf(Object.values(outcomes)));
    return codeOf(Object.values(outcomes));
  } catch (error) {
    if (!(error instanceof ControlFailed)) throw error;
    print(`${error.message}\n`);
    return 2;
  } finally {
    await app?.stop();
    await api.stop();
  }
}

function print(text: string): void {
  process.stdout.write(text);
}

/** Where the command was given: npm changes the directory. */
function startedIn(): string {
  const { INIT_CWD = process.cwd() } = process.env;
  return existsSync(INIT_CWD) ? INIT_CWD : process.cwd();
}
