/** What a ceremony must match. Taken from configuration and ticket, never from the request. */
import type { Transaction } from './bound-challenge.ts';

export type GateExpectation = {
  challenge: string;
  origin: string;
  rpId: string;
  /** The ceremony was opened as an automatic upgrade: nobody need have been present or verified. */
  unattended?: boolean;
  /** Something else has been proved before, so the user need not have been verified. */
  presenceIsEnough?: boolean;
  /** Whose ceremony it is, where that is known at its start: the user handle may then be missing. */
  userId?: string;
  /** What must have been signed, where the challenge is bound to something. */
  transaction?: Transaction | undefined;
};
