/**
 * What the doctor finds at the passkey API: whether it answers, takes our key, makes passkeys for our name, takes them from
 * our origin, and has our time. Creates no passkey; ceremonies that come to nothing are all it leaves there, of a user
 * whom nobody is.
 */
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { createLogger } from '../logger.ts';
import { createPasskeyBackend } from '../passkey-backend.ts';
import { nobody } from '../passkeys/hanko/availability.ts';
import { createHanko, type Hanko } from '../passkeys/hanko/hanko.ts';
import { keySet, shaped } from '../passkeys/hanko/hanko-answers.ts';
import { PasskeyApiRefusal, PasskeyServiceFault } from '../passkeys/hanko/service-errors.ts';
import { findTenantFault, type TenantFault } from '../passkeys/hanko/setup.ts';
import { type Finding, findingsAbout } from './finding.ts';

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
    const differing =
      rpId === config.rpId ? await setupFault(hanko, config, transport.isRemote) : otherName(rpId);
    return [told(where, config, differing), ...clock(where, transport.clockOffset())];
  } catch (error) {
    return [fault(`${where} ${trouble(error)}`)];
  }
}

function otherName(theirs: string): TenantFault {
  return { setting: 'relying party', theirs };
}

/** The embedded API has no settings but ours. */
async function setupFault(hanko: Hanko, { rpId: id, origin }: Config, isRemote: boolean) {
  return isRemote ? findTenantFault(hanko, { id, origin }) : null;
}

function told(where: string, { rpId, origin }: Config, differing: TenantFault | null): Finding {
  switch (differing?.setting) {
    case undefined:
      return ok(`${where} answers, takes our key, and makes passkeys for ${rpId}`);
    case 'relying party':
      return fault(
        `${where} makes passkeys for ${differing.theirs}, and ORIGIN has ${rpId}. Set the same in both, or no passkey works.`,
      );
    case 'origin':
      return fault(
        `${where} takes no passkey from ${origin}. Add exactly this to its origins, without a slash at the end, or set ORIGIN.`,
      );
    case 'time zone':
      return fault(
        `${where} lets a challenge expire at once. Run the Hanko server with TZ=UTC, and look at the timeout of the tenant.`,
      );
  }
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
  if (reason instanceof PasskeyApiRefusal) return refusal(reason);
  if (!(reason instanceof PasskeyServiceFault))
    return 'could not be looked at. Look at the log of the server.';
  const { code } = (reason.cause ?? {}) as { code?: string };
  if (
    code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' ||
    reason.kind === 'shape' ||
    (reason.kind === 'status' && (reason.status ?? 0) < 500)
  )
    return 'answers, but not as a passkey API does. Look at PASSKEYS_BASE_URL.';
  if (reason.kind === 'status') return `answers with ${reason.status}. It has trouble; try again later.`;
  return `does not answer (${code ?? 'too late'}). Look at PASSKEYS_BASE_URL, and whether this machine may reach it.`;
}

function refusal({ status, title, isBusy }: PasskeyApiRefusal): string {
  if (isBusy) return `is asked too often, or too slow (${status}). Try again in a while.`;
  if (title === '')
    return `answers with ${status}, but not as a passkey API does. Look at PASSKEYS_BASE_URL, and at what stands before it.`;
  if (status === 401 || status === 403) return 'refuses our key. Look at PASSKEYS_API_KEY.';
  return `does not know our tenant (${status}). Look at PASSKEYS_TENANT_ID and PASSKEYS_BASE_URL.`;
}

function cause(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
