/** What a ceremony shows to whoever watches it. Metrics count it; the development viewer draws it. Must not change it. */
import type { JWTPayload } from 'jose';
import type { Ticket } from './tickets.ts';

export type CeremonyMoment =
  | { stage: 'start'; purpose: Ticket['purpose']; options: { publicKey: object } }
  | {
      stage: 'finish';
      purpose: Ticket['purpose'];
      /** As it was posted: unparsed, and hostile until the outcome says otherwise. */
      credential: unknown;
      /** Of the verified token; null when it did not come that far. */
      claims: JWTPayload | null;
      /** `accepted`, or why not, in the words of the log. */
      outcome: string;
    };

/** Called once for each stage; must not throw. */
export type CeremonyObserver = (moment: CeremonyMoment) => void;
