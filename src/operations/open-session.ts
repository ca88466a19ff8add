/** The session that a sign-in begins: its row is written in the transaction of the act. Knows no cookie. */
import { randomBytes } from 'node:crypto';
import type { SessionCondition } from '../accounts/session-store.ts';
import type { User } from '../accounts/user.ts';
import type { Act, Requester } from './operation.ts';

type Method = 'password' | 'passkey' | 'email';

/** What a second step is passed with. */
type SecondFactor = 'passkey' | 'recovery_code';

/** By what somebody proved last who they are. */
type ProvenBy = Method | 'second_factor';

/** What a session is opened with. */
export type Opening = {
  method: Method;
  /** Whether the sign-in counts as a proof of identity; a passkey that nobody has verified with does not. */
  proven: boolean;
  /** What the second step was passed with; left out where there was none. */
  secondFactor?: SecondFactor;
  /** The passkey that opened it. */
  credentialId?: string;
  /** How many recovery codes are left, where one was used. */
  codesLeft?: number;
  /** Milliseconds since 1970 until when a passkey may be created automatically. */
  upgradeUntil?: number;
  offersUpgrade?: boolean;
  /** Why this device may want a passkey of its own. */
  invitation?: 'elsewhere' | 'recovered';
  flash?: string;
};

/** A session that exists: its id, which only the browser keeps, and what is in it. */
export type OpenedSession = {
  id: string;
  data: Omit<Opening, 'proven' | 'secondFactor'> & {
    userId: string;
    epoch: number;
    signInId: string;
    device: string;
    authenticatedAt: number;
    provenBy: ProvenBy;
  };
};

/**
 * Opens a session, if the account is still what it was when its owner's proof was looked at.
 *
 * @param former the sign-in that this browser had before, which ends
 * @returns null when the account has changed, or is gone
 */
export async function openSession(
  { sessions, source }: Act,
  user: User,
  { proven, secondFactor, ...opening }: Opening,
  condition: SessionCondition,
  former: Requester | null,
): Promise<OpenedSession | null> {
  const id = randomBytes(32).toString('base64url');
  const provenBy: ProvenBy = secondFactor ? 'second_factor' : opening.method;
  const data = {
    ...opening,
    userId: user.id,
    epoch: user.epoch,
    signInId: randomBytes(16).toString('base64url'),
    device: source.device,
    authenticatedAt: proven ? Date.now() : 0,
    provenBy,
  };
  if (!(await sessions.insert(id, data, condition))) return null;
  if (former) await sessions.endSignIn(former.userId, former.signInId);
  return { id, data };
}
