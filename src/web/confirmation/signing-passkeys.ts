/** With which passkeys whoever is signed in can sign an act, as far as can be told before. Knows no act; decides nothing. */
import type { Passkey } from '../../passkeys/passkey.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { type AppContext, currentUser } from '../http/context.ts';

type Held = {
  /** All that the person has. */
  listed: Passkey[];
  /** How many of them open the account now. */
  usableCount: number;
  /** Whether one of those can sign. */
  canSign: boolean;
};

/** @returns null when the passkey service does not answer */
export async function passkeysThatSign(ctx: AppContext, passkeys: Passkeys): Promise<Held | null> {
  const { id, passkeysHeldSince } = currentUser(ctx);
  const listed = await passkeys.listOrNull(id);
  if (!listed) return null;
  const usable = await passkeys.thatOpenNow(id, listed, passkeysHeldSince);
  const signs = ({ secondFactorOnly, vouched }: Passkey) => !secondFactorOnly && vouched;
  return { listed, usableCount: usable.length, canSign: usable.some(signs) };
}
