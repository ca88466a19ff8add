/** One try at a password, with its limits: for signing in, and for proving once more who one is. Knows no HTTP. */
import { coarseNetworkOf } from '../networks.ts';
import type { Accounts, PasswordProof } from './accounts.ts';
import { isDeviceOf, type KnownDevice, type SignInThrottle } from './sign-in-throttle.ts';
import type { StoredUser } from './user-store.ts';

export type { PasswordProof } from './accounts.ts';

/** @property device what the browser remembers; it counts only if it is of this account as it is now */
type Try = { email: string; address: string; device: KnownDevice | null };

/**
 * Judges a password when its turn has come. A fault of ours is never counted as a wrong password.
 *
 * @param isEnough whether the password is all that this account asks for. Where it is not, a right one ends nothing that is
 *   held against whoever tries
 * @param otherwise what becomes of such a try in the throttle
 * @returns the proof, and whether it is all that is asked for; null when address or password is wrong
 * @throws {AppError} `too_many_requests` with `retryAfter`; `service_unavailable` when too many wait
 */
export async function tryPassword(
  accounts: Accounts,
  throttle: SignInThrottle,
  { email, address, device }: Try,
  password: string,
  isEnough: (account: StoredUser) => Promise<boolean> = async () => true,
  otherwise: 'forgive' | 'leaveOpen' = 'forgive',
): Promise<(PasswordProof & { isEnough: boolean }) | null> {
  // Read before its turn only to find its line.
  const early = device && (await accounts.candidate(email));
  const isKnown = early !== null && isDeviceOf(device, early);
  // Known devices wait apart from strangers, those of each account in a line of their own: a crowd of others holds up none
  // of them, and an account that makes many known devices holds up itself.
  const queue = isKnown ? throttle.knownInTurn : throttle.inTurn;
  return queue(isKnown ? early.id : lineOf(address), async (waited) => {
    // The account may have changed while this one waited.
    const candidate = device && !waited ? early : await accounts.candidate(email);
    const known = device && candidate && isDeviceOf(device, candidate) ? device.name : null;
    const turn = await throttle.begin({ email, address, device: known });
    try {
      const proof = await accounts.verify(candidate, password);
      if (!proof || !candidate) return null;
      const isAll = await isEnough(candidate);
      await (isAll ? throttle.succeed(turn) : throttle[otherwise](turn));
      return { ...proof, isEnough: isAll };
    } catch (error) {
      await throttle.forgive(turn);
      throw error;
    }
  });
}

/** The line in which whoever comes from an address waits: one for what one customer of a provider has, of IPv6 a whole /48. */
export function lineOf(address: string): string {
  return address.includes(':') ? coarseNetworkOf(address) : address;
}
