/** One app of the examples, with a passkey API and a database of its own. */
import { randomBytes } from 'node:crypto';
import { createTestDatabase, keptTenant } from '../../support/database.ts';
import { freePort } from '../../support/free-port.ts';
import { type StartApp, startApp } from '../attack/app-process.ts';
import { createStage, type Stage } from '../attack/attack.ts';
import { contractOfTheGuide } from '../attack/contract.ts';
import { serveRehearsalApi } from '../attack/rehearsal-api.ts';

/**
 * An app and its API for as long as something is done with them.
 *
 * @param directory of an app whose addresses are those of the guide
 * @param options.port any that is free when left out
 */
export async function withStep<Result>(
  directory: string,
  act: (stage: Stage) => Promise<Result>,
  { port: chosen, start = startApp }: { port?: number | undefined; start?: StartApp } = {},
): Promise<Result> {
  const port = chosen ?? (await freePort());
  const origin = `http://localhost:${port}`;
  const { db, drop } = await createTestDatabase();
  const apiKey = randomBytes(32).toString('base64url');
  const api = await serveRehearsalApi({ db, ...keptTenant(), apiKey, origin });
  const app = await start(directory, port, api.env);
  try {
    const contract = { ...contractOfTheGuide, removePassword: '/password/delete' };
    return await act(createStage({ origin, contract, api, pass: app.pass, keepsPasskeys: true }));
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${app.output()}`, { cause: error });
  } finally {
    await app.stop();
    await api.stop();
    await drop();
  }
}
