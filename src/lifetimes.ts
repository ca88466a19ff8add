/**
 * For how long what this application hands out is good, in milliseconds. Who is asked how often is in limits.ts. Cookies
 * and tickets that only carry something to the next page name their own.
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

/** For which a proof of identity counts as recent. */
export const recentProof = 10 * minute;

/** Each link, and what a sign-up waits for; each is good for its own purpose and nothing else. */
export const tokenLifetime = {
  'pending-sign-up': day,
  'sign-up': day,
  'confirm-email': day,
  'reset-password': 30 * minute,
  'change-email': 60 * minute,
  'known-device': 60 * minute,
  lockdown: 7 * day,
} as const;

/** A browser that has signed in counts as a known one. */
export const knownDeviceLifetime = 365 * day;
