/** What follows when somebody has proved once more who they are, by whichever way. */
import type { SessionStore } from '../accounts/session-store.ts';
import { type Logger, logEvent, pseudonym } from '../logger.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';
import type { AppContext } from './context.ts';
import type { Method } from './hint-cookies.ts';
import { renewProof } from './session.ts';
import { sessionOf, sourceOf } from './visitor.ts';

type Dependencies = { passkeys: Passkeys; sessionStore: SessionStore; logger: Logger };

/** Whether a proof has counted in this sign-in: a passkey that nobody vouched for does not count alone. */
export function isProven(ctx: AppContext): boolean {
  return sessionOf(ctx).authenticatedAt > 0;
}

/**
 * The session goes on with a new proof, under another id. A passkey that opened it and did not count by itself has now
 * been used beside a proof, so from now on it does. The last act before the answer, as `renewProof` is.
 */
export async function acceptProof(
  ctx: AppContext,
  method: Method,
  { passkeys, sessionStore, logger }: Dependencies,
): Promise<void> {
  const { userId, credentialId: opener } = sessionOf(ctx);
  if (opener && !isProven(ctx)) await passkeys.vouchFor(userId, opener);
  // Of two proofs at once the first counts; whoever was signed out meanwhile stays so.
  if (!(await renewProof(ctx, sessionStore))) return;
  logEvent(logger, 'step_up', { outcome: 'success', user: pseudonym(userId), method, ...sourceOf(ctx) });
}
