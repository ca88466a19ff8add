/**
 * The letters that this application sends: to whom and about what, without a word of text and without a secret. What one
 * says is decided when it is delivered, so that asking for it takes as long whether or not there is an account.
 */
import type { AccountEvent } from '../../accounts/activity-store.ts';

/** What happened and where, for the account's owner. Times are ISO text. */
export type News = {
  kind: 'news';
  userId: string;
  /** Null for the address that the account has when the letter is written. */
  to: string | null;
  event: AccountEvent | 'new_device' | 'passkey_added_automatically';
  detail: string | null;
  at: string;
  device: string | null;
  /** What "This wasn't me" takes back, besides ending all sessions. */
  undoPasskey: string | null;
  undoEmail: string | null;
};

export type Letter =
  /** Somebody signs up; what they typed is kept under this name. */
  | { kind: 'sign-up'; browserHash: string }
  | { kind: 'confirm-email'; userId: string }
  /** Somebody forgot the password of an account that may not exist. */
  | { kind: 'forgotten-password'; email: string }
  /** The owner, or an operator for them, needs a link that opens the account again. */
  | { kind: 'reset-password'; userId: string }
  | { kind: 'email-change'; userId: string; email: string }
  | { kind: 'account-deleted'; to: string }
  | News;

/** Puts a letter into the outbox; a mail server that is down is no reason to fail. Without mail it does nothing. */
export type Post = (letter: Letter) => Promise<void>;
