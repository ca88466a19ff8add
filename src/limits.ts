/**
 * Every number that bounds what somebody can try, or have sent, or make grow. Sentences that name one take it from here;
 * docs/architecture.md, "Limits" and "Bounds", tells them all. Durations are seconds. How long a password or a name may be
 * is said where it is checked: accounts/password.ts, passkeys/passkey.ts.
 */
import { activityLifetime } from './lifetimes.ts';

/** Points in so many seconds. */
export type Limit = { points: number; duration: number };

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** Wrong passwords in a row for one account, of which no stranger gets more (NIST SP 800-63B, throttling). */
const guessesInARow = 100;

export const limits = {
  /** Requests of passkey ceremonies from one network address: far above any office, far below a flood. */
  ceremonies: { points: 6_000, duration: minute },
  /** Of these a process counts so many by itself before it counts them for all processes: it may let as many more pass. */
  ceremoniesAtATime: 20,
  /** What one network address may post about accounts: sign-up, reset, links. */
  accountForms: { points: 200, duration: 15 * minute },

  /** Passwords from one network address, over all accounts, that were wrong or refused. */
  triesOfAddress: { points: 100, duration: 15 * minute },
  /** Wrong passwords of one guesser for one account, before pauses begin: 1 s, 2 s, 4 s, … up to the longest. */
  freeTries: 10,
  longestPauseOfAddress: 15 * minute,
  longestPauseOfDevice: minute,
  pausesForgotten: day,
  guessesInARow,
  /** A row of wrong passwords is remembered for so long for each of them: whoever waits that out gets a hundred a year. */
  guessForgotten: year / guessesInARow,
  /** Tries at the second factor of one sign-in; then it begins anew. */
  triesOfSecondFactor: 5,
  /** Wrong tries of which the owner of the account is not told, over all its sign-ins since one passed that step. */
  wrongTriesUntold: { points: 4, duration: hour },
  /** Tries of this process that are judged together, and that wait. */
  triesAtOnce: 4,
  triesWaiting: 256,

  /**
   * Letters of one kind to one address, asked for from one network address. A quota begins again before the links of its
   * letters end: whoever is refused one for what strangers asked for has a link in their mailbox that still works. A change
   * of address is counted for each account that asks.
   */
  lettersOfAsker: { points: 5, duration: 15 * minute },
  /** Letters of one kind to one address, whoever asks; beside these the first about a change of address of each account. */
  lettersOfRecipient: { points: 10, duration: 15 * minute },
  /** The same whatever happens to its account meanwhile: a quota begins anew when the links of before are void. */
  lettersOfMailbox: { points: 60, duration: hour },

  /** Letters that tell an owner of one kind of event. The link of the first takes back what comes later as well. */
  lettersOfEvent: { points: 10, duration: hour },
  /** The same while they wait, because the mail server is down. */
  waitingLettersOfEvent: 20,
  /** Letters about sign-ins on one new device in one network, and about those that were stopped at the second step. */
  lettersMerged: { points: 1, duration: day },
  /** Changes of address that one account asks for: no more than are told to the address it has. */
  addressChanges: { points: 10, duration: hour },

  /** Different entries about one kind of event in the activity of one account; what is beyond is only counted. */
  entriesOfEvent: { points: 20, duration: hour },
  /** The same for as long as entries are kept. */
  entriesOfEventKept: { points: 1_000, duration: activityLifetime / 1_000 },
  /** Entries on one page. */
  entriesOnPage: 50,
  /** Entries that a download reads at a time: it holds no more of them in memory. */
  entriesRead: 500,

  /** Acts that one account has signed, as long as they are kept; beyond them an act is confirmed with the password. */
  signedActsOfAccount: 100,

  sessionsOfAccount: 50,
  /** Sign-ins whose second factor is due; those of known browsers and by mailed links are counted apart. */
  pendingSignInsOfAccount: 50,
  /** Sets of recovery codes that one account makes: those that were replaced are kept for seven days. */
  recoverySets: { points: 10, duration: day },
  /** More than anybody has, few enough to list and to exclude. */
  passkeysOfAccount: 100,

  /** Sign-ins that one network address begins without the key at a passkey API that is served alone. */
  anonymousStarts: { points: 300, duration: minute },
  /** The same from all addresses together. */
  anonymousStartsInAll: { points: 6_000, duration: minute },
} as const;
