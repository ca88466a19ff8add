/** One try at a password, with its limits: for signing in, and for proving once more who one is. Knows no HTTP. */
import type { Accounts, PasswordProof } from './accounts.ts';
import { networkOf } from './activity-store.ts';
import { isDeviceOf, type KnownDevice, type SignInThrottle } from './sign-in-throttle.ts';

export type { PasswordProof } from './accounts.ts';

/** @property device what the browser remembers; it counts only if it is of this account as it is now */
type Try = { email: string; address: string; device: KnownDevice | null };

/**
 * Judges a password when its turn has come. A fault of ours is never counted as a wrong password.
 *
 * @returns null when address or password is wrong
 * @throws {AppError} `too_many_requests` with `retryAfter`; `service_unavailable` when too many wait
 */
export async function tryPassword(
  accounts: Accounts,
  throttle: SignInThrottle,
  { email, address, device }: Try,
  password: string,
): Promise<PasswordProof | null> {
  const remembered = device && (await accounts.candidate(email));
  const isKnown = remembered !== null && isDeviceOf(device, remembered);
  // Known devices wait apart from strangers, each in a line of its own, so that a crowd of others holds up none of them.
  const waiting = isKnown ? throttle.knownInTurn : throttle.inTurn;
  return waiting(isKnown && device ? device.name : lineOf(address), async () => {
    const candidate = await accounts.candidate(email);
    const known = device && candidate && isDeviceOf(device, candidate) ? device.name : null;
    const turn = await throttle.begin({ email, address, device: known });
    try {
      const proof = await accounts.verify(candidate, password);
      if (proof) await throttle.succeed(turn);
      return proof;
    } catch (error) {
      await throttle.forgive(turn);
      throw error;
    }
  });
}

/** One line for what one customer of a provider has: of IPv6 a whole /48. */
function lineOf(address: string): string {
  return address.includes(':') ? networkOf(address) : address;
}
