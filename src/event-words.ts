/**
 * Everything that happens here and is worth a line in the log: one name, in the log as in the account's activity and in
 * letters. Knows sentences; must not know where they are shown.
 */

/** What is told about something that has happened to an account. */
type Facts = {
  /** How somebody signed in or proved who they are. */
  method?: string | null | undefined;
  /** What it was about, such as the name of a passkey. */
  detail?: string | null | undefined;
};

type Words = (facts: Facts) => string;

/** A letter to the owner, at the address that the account had before. @property sentence `site` is where the account is */
type LetterWords = { subject: string; sentence: (facts: Facts & { site: string }) => string };

/**
 * @property outcome in the log: `success` for what people come to do, `refused` for what was not done, else `changed`
 * @property activity how the owner reads it in the account's activity
 * @property letter what a letter says; without it there is none
 */
type EventWords = { outcome?: 'success' | 'refused'; activity: Words; letter?: LetterWords };

const methods: Record<string, string> = {
  password: ' with your password',
  passkey: ' with a passkey',
  email: ' with an emailed link',
};

/** What somebody has who was stopped at the second step. */
const firstSteps: Record<string, string> = {
  password: 'Somebody knows the password of your account',
  passkey: 'Somebody used a passkey of your account',
  email: 'Somebody used the link that we sent you for your account',
};

/** Of what may be confirmed with a passkey, or with the password. */
const signed = (method: Facts['method']): string => (method === 'passkey' ? ', signed with a passkey' : '');

const about = ({ detail }: Facts): string => (detail ? `: ${detail}` : '');

/** At so many recovery codes their owner is told to create new ones. */
const fewCodes = 3;

/** The number that a detail is, also where it stands between marks that keep its direction. */
const numberIn = (detail: Facts['detail']): number => Number(/\d+/.exec(detail ?? '')?.[0] ?? 0);

function codesLeftWords(detail: Facts['detail']): string {
  return `${numberIn(detail) || 'none'} left`;
}

const ofAccounts = {
  account_created: { outcome: 'success', activity: () => 'Account created' },
  sign_in: {
    outcome: 'success',
    activity: ({ method }) => `Signed in${methods[method ?? ''] ?? ''}`,
    letter: {
      subject: 'New sign-in to your account',
      sentence: ({ site }) =>
        `Somebody signed in to your account at ${site} on a device that was not used for it before.`,
    },
  },
  sessions_ended: {
    activity: (facts) => `Sessions ended${about(facts)}`,
    letter: {
      subject: 'Sessions were ended',
      sentence: ({ site }) => `Sessions of your account at ${site} were ended.`,
    },
  },
  email_confirmed: { activity: () => 'Email address confirmed' },
  email_change_requested: {
    outcome: 'success',
    activity: (facts) => `Change of email address requested${about(facts)}`,
    letter: {
      subject: 'Your email address may change',
      sentence: ({ detail, site }) =>
        `Somebody who is signed in to your account at ${site} asked to change its email address to ${detail}. It changes when they open the link that we sent there.`,
    },
  },
  email_changed: {
    activity: (facts) => `Email address changed${about(facts)}`,
    letter: {
      subject: 'Your email address was changed',
      sentence: ({ detail, site }) => `The email address of your account at ${site} was changed ${detail}.`,
    },
  },
  password_set: {
    activity: () => 'Password set',
    letter: {
      subject: 'A password was set',
      sentence: ({ site }) => `Your account at ${site} now has a password.`,
    },
  },
  password_changed: {
    activity: () => 'Password changed',
    letter: {
      subject: 'Your password was changed',
      sentence: ({ site }) => `The password of your account at ${site} was changed.`,
    },
  },
  password_removed: {
    activity: ({ method }) => `Password removed${signed(method)}`,
    letter: {
      subject: 'Your password was removed',
      sentence: ({ site }) =>
        `The password of your account at ${site} was removed. From now on you sign in with your passkeys.`,
    },
  },
  password_reset: {
    activity: ({ detail }) =>
      `Signed in with an emailed link${detail ? ', and chose a new password' : ''}; other sessions ended`,
    letter: {
      subject: 'Somebody signed in with an emailed link',
      sentence: ({ detail, site }) =>
        `Somebody signed in to your account at ${site} with the link that we sent you${detail ? ', and chose a new password' : ''}. All other devices were signed out.`,
    },
  },
  password_reset_link_made: {
    activity: () => 'Link to reset the password created',
    letter: {
      subject: 'A link to reset your password was created',
      sentence: ({ site }) =>
        `The people who run ${site} created a link that resets your password, so that they can give it to you.`,
    },
  },
  passkey_registered: {
    outcome: 'success',
    activity: (facts) => `Passkey added${about(facts)}`,
    letter: {
      subject: 'A passkey was added',
      sentence: ({ detail, method, site }) =>
        method === 'automatic'
          ? `Your password manager saved a passkey for your account at ${site}: ${detail}.`
          : `A passkey was added to your account at ${site}: ${detail}.`,
    },
  },
  passkey_renamed: { activity: (facts) => `Passkey renamed${about(facts)}` },
  passkey_removed: {
    activity: (facts) => `Passkey deleted${about(facts)}`,
    letter: {
      subject: 'A passkey was deleted',
      sentence: ({ detail, site }) => `A passkey was deleted from your account at ${site}: ${detail}.`,
    },
  },
  passkeys_reviewed: { activity: () => 'Passkeys reviewed' },
  device_made_known: {
    activity: () => 'Browser allowed with an emailed link',
    letter: {
      subject: 'Your password works in another browser',
      sentence: ({ site }) =>
        `Somebody used the link we sent you to let your password for ${site} work in another browser.`,
    },
  },
  second_factor_on: {
    activity: () => 'Passkey after password turned on',
    letter: {
      subject: 'A passkey is now asked for after your password',
      sentence: ({ site }) =>
        `From now on, signing in to your account at ${site} with your password also asks for a passkey or a recovery code. All other devices were signed out.`,
    },
  },
  second_factor_off: {
    activity: ({ method }) => `Passkey after password turned off${signed(method)}`,
    letter: {
      subject: 'No passkey is asked for after your password',
      sentence: ({ site }) =>
        `From now on, your password alone signs in to your account at ${site}. Your recovery codes no longer work.`,
    },
  },
  second_factor_failed: {
    outcome: 'refused',
    activity: ({ method }) => `Sign-in${methods[method ?? ''] ?? ''} stopped at the second step`,
    letter: {
      subject: 'A sign-in was stopped at the second step',
      sentence: ({ method, site }) =>
        `${firstSteps[method ?? ''] ?? 'Somebody began to sign in'} at ${site}, but was stopped at the second step: no passkey or recovery code was right.`,
    },
  },
  recovery_codes_made: {
    activity: () => 'New recovery codes created',
    letter: {
      subject: 'New recovery codes were created',
      sentence: ({ site }) =>
        `New recovery codes were created for your account at ${site}. The ones from before no longer work.`,
    },
  },
  recovery_code_used: {
    activity: ({ detail }) => `Recovery code used: ${codesLeftWords(detail)}`,
    letter: {
      subject: 'A recovery code was used',
      sentence: ({ detail, site }) =>
        `A recovery code was used to sign in to your account at ${site}, or to confirm something there. You have ${codesLeftWords(detail)}.${numberIn(detail) > fewCodes ? '' : ' Create new ones in your settings, and keep them where you find them.'}`,
    },
  },
  data_exported: { outcome: 'success', activity: () => 'Data downloaded' },
  account_locked_down: {
    activity: () => 'Account secured: all devices were signed out, and the password was removed',
    letter: {
      subject: 'Your account was secured',
      sentence: ({ site }) =>
        `Somebody secured your account at ${site} with a link that we sent to an earlier address of it. All devices were signed out, the password no longer works, and this is no longer the address of the account.`,
    },
  },
} as const satisfies Record<string, EventWords>;

/** What the log alone has, and when. */
export const eventsOfTheLog = {
  sign_in_refused: 'Address or password was wrong, or a verified passkey opens nothing (any more)',
  second_factor_asked:
    'The first step of a sign-in has passed (a password, a mailed link, or a passkey that does not count by itself), and the second is due',
  sign_out: 'Somebody signed out',
  step_up: 'Somebody who is signed in proved once more who they are',
  step_up_refused:
    'Somebody who is signed in did not prove once more who they are: a password, a recovery code or a passkey did not pass',
  second_factor_refused: 'At the second step of a sign-in a passkey or a recovery code did not pass',
  confirmation_refused:
    'What has to be confirmed with a signature or the password was not: by the ticket, the gate, the API, or what the account is now',
  password_rehashed: 'After a sign-in the hash was replaced by one with stronger parameters',
  sign_up_requested: 'A sign-up form was taken',
  password_reset_requested: 'A link to reset a password was asked for, or made by an operator',
  known_device_requested: 'A link that makes a browser known was asked for',
  account_deleted: 'An account was deleted by its owner',
  ended_session_refused: 'Something was to be done in a sign-in that had ended meanwhile',
  link_refused: 'A mailed link was used that is spent, expired, void or wrong',
  ownership_refused: 'Somebody who is signed in asked for a passkey or a session that is not theirs',
  mail_sent: 'The mail server took a letter',
  mail_delayed: 'The mail server did not take a letter, which is tried again',
  mail_given_up: 'A letter was refused for good, or too old',
  passkey_registration_refused: 'A new passkey was refused: by the ticket, the gate, the API or the account',
  pending_deletions_done: 'The passkey API has deleted what was deleted here before',
  automatic_passkeys_changed: 'Somebody turned automatic passkeys on or off',
  passkey_backup_state_changed: 'The backup flags of a passkey are not those of its last use',
  passkey_counter_regression: 'The counter of a passkey did not grow: there may be a copy of it',
  ceremony_refused: 'A sign-in by passkey was refused: by the ticket, the gate or the API',
  ceremony_failed_in_browser: 'A browser told that a ceremony failed there',
  connection_broken:
    'So many connections ended within a minute in the middle of a request or its answer, or brought what is no HTTP',
  foreign_origin_refused: 'Another website made a browser send a request',
  rate_limited: 'A limit was reached',
  passkey_service_state: 'The circuit before the passkey service opened or closed',
  passkey_service_misconfigured:
    'The passkey service refuses this application: look at its key, tenant and origins, or ask `doctor`',
  passkey_token_rejected: 'A token of the passkey service did not pass: an alarm',
} as const satisfies Record<string, string>;

/** What can happen to an account, and its owner reads. */
export type AccountEvent = keyof typeof ofAccounts;

/** Everything that the log can tell. A new event is added to this file first, and `npm run docs:asvs` run. */
export type SecurityEvent = AccountEvent | keyof typeof eventsOfTheLog;

/** The words of every event that an owner reads. */
export const accountEvents: Record<AccountEvent, EventWords> = ofAccounts;
