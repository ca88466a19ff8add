/**
 * What the doctor finds at the passkey API: whether it answers, takes our key, makes passkeys for our name, and has our
 * time. Creates no passkey; a sign-in that is begun and never finished is all it leaves there.
 */
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { createLogger } from '../logger.ts';
import { createPasskeyBackend } from '../passkey-backend.ts';
import { createHanko } from '../passkeys/hanko/hanko.ts';
import { keySet, shaped } from '../passkeys/hanko/hanko-answers.ts';
import { PasskeyApiRefusal, PasskeyServiceFault } from '../passkeys/hanko/service-errors.ts';
import { type Finding, findingsAbout } from './finding.ts';

/** Nobody has this id. */
const nobody = '00000000-0000-4000-8000-000000000000';

const { ok, fault } = findingsAbout('passkey API');

/** Stops at the first thing that is not in order: what comes after it would fail as well. */
export async function checkPasskeyApi(config: Config, db: Database): Promise<Finding[]> {
  const logger = createLogger('silent');
  const { transport } = createPasskeyBackend(config, db, logger);
  const hanko = createHanko(transport, logger);
  const where = config.passkeyTenant
    ? `the tenant at ${new URL(config.passkeyTenant.baseUrl).host}`
    : 'the embedded API';
  try {
    // Without the haste of a page: the embedded API makes its signing key when it is first asked.
    shaped(keySet, await (await transport.fetch(hanko.jwksUrl)).json());
    await hanko.list(nobody);
    const { rpId } = await hanko.beginSignIn();
    return [name(where, rpId, config.rpId), ...clock(where, transport.clockOffset())];
  } catch (error) {
    return [fault(`${where} ${trouble(error)}`)];
  }
}

function name(where: string, theirs: string, ours: string): Finding {
  if (theirs === ours) return ok(`${where} answers, takes our key, and makes passkeys for ${ours}`);
  return fault(
    `${where} makes passkeys for ${theirs}, and ORIGIN has ${ours}. Set the same in both, or no passkey works.`,
  );
}

/** @param offset milliseconds, see {@link PasskeyTransport}; 0 within two seconds */
function clock(where: string, offset: number): Finding[] {
  const { warning, fault } = findingsAbout('clock');
  const setIt = 'Let both be set by the network (NTP).';
  if (!Number.isFinite(offset))
    return [fault(`${where} is more than a minute off: no sign-in with a passkey is accepted. ${setIt}`)];
  if (offset === 0) return [];
  return [warning(`${where} is ${Math.round(Math.abs(offset) / 1_000)} seconds off. ${setIt}`)];
}

/** What is wrong and what to do, from whatever a call threw; never what was sent. */
function trouble(error: unknown): string {
  const reason =
    error instanceof PasskeyApiRefusal || error instanceof PasskeyServiceFault ? error : cause(error);
  if (reason instanceof PasskeyApiRefusal) return refusal(reason.status);
  if (!(reason instanceof PasskeyServiceFault))
    return 'could not be looked at. Look at the log of the server.';
  if (reason.kind === 'shape' || (reason.kind === 'status' && (reason.status ?? 0) < 500))
    return 'answers, but not as a passkey API does. Look at PASSKEYS_BASE_URL.';
  if (reason.kind === 'status') return `answers with ${reason.status}. It has trouble; try again later.`;
  const { code } = (reason.cause ?? {}) as { code?: string };
  return `does not answer (${code ?? 'too late'}). Look at PASSKEYS_BASE_URL, and whether this machine may reach it.`;
}

function refusal(status: number): string {
  if (status === 401 || status === 403) return 'refuses our key. Look at PASSKEYS_API_KEY.';
  if (status === 429) return 'is asked too often. Try again in a while.';
  return `does not know our tenant (${status}). Look at PASSKEYS_TENANT_ID and PASSKEYS_BASE_URL.`;
}

function cause(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
