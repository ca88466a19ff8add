/**
 * How long what this application hands out is good, in milliseconds. How often something may be asked for is in limits.ts.
 * Cookies that decide nothing, or only carry something to the next page, name their own.
 */
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const sessionLifetime = {
  /** Without a visit. */
  idle: 7 * day,
  /** After sign-in, whatever happens. */
  absolute: 30 * day,
} as const;

/** How long a proof of identity counts as recent. */
export const recentProof = 10 * minute;

/** How long a ceremony may take at most, from its start to its finish, whatever the passkey API allows. */
export const ticketLifetime = 5 * minute;

/** How long each mailed link works, and how long what was typed for a sign-up waits. */
export const tokenLifetime = {
  'pending-sign-up': day,
  'sign-up': day,
  'confirm-email': day,
  'reset-password': 30 * minute,
  'change-email': 60 * minute,
  'known-device': 60 * minute,
  lockdown: 7 * day,
} as const;

/**
 * Passkeys and recovery codes from before then are older than every letter with "This wasn't me" that still works. Whatever is
 * younger may be somebody else's, and its owner may not know of it yet.
 */
export function beforeAnyLetter(now: Date): Date {
  return new Date(now.getTime() - tokenLifetime.lockdown);
}

/** How long what has happened to an account, and what its owner signed, is kept. */
export const activityLifetime = 90 * day;

/** How long a sign-in waits for its second factor. */
export const pendingSignInLifetime = 5 * minute;

/** How long a browser that has signed in stays a known one. */
export const knownDeviceLifetime = 365 * day;
