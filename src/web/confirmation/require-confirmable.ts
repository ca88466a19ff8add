/**
 * Before the page on which an act is confirmed. What is shown there is a proof of its moment, so that nobody is asked twice.
 * Judges nothing that is shown.
 */
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { type AppContext, type AppMiddleware, currentUser } from '../http/context.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { passkeysThatSign } from './signing-passkeys.ts';

/**
 * Lets pass whoever can confirm on the page: with their password, in the form as well, or with a passkey that signs. Whoever
 * can do neither has nothing but a recent proof, and is sent to give one, as by {@link requireRecentProof}.
 *
 * @param secure whether the site is served over https
 */
export function requireConfirmable(passkeys: Passkeys, secure: boolean): AppMiddleware {
  const recentProof = requireRecentProof(secure);
  return async (ctx, next) => ((await canConfirm(ctx, passkeys)) ? next() : recentProof(ctx, next));
}

/** A form without a password has no signature in it either: that is posted to an address of its own. */
async function canConfirm(ctx: AppContext, passkeys: Passkeys): Promise<boolean> {
  if (currentUser(ctx).hasPassword) return true;
  if (ctx.method === 'POST') return false;
  return (await passkeysThatSign(ctx, passkeys))?.canSign ?? false;
}
