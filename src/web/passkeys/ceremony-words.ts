/**
 * What people are told when a passkey ceremony ends without success: one table from the ceremony, the browser's exception
 * (with its timing) or the server's code, to the words. The pages carry the words; the browser script finds them by the
 * same keys and fills in {seconds}; {origin} is filled in when a page is made. A row without words says nothing on purpose.
 */
import { limits } from '../../limits.ts';
import { paths } from '../../paths.ts';

export type Ceremony = 'sign-in' | 'second-factor' | 'autofill' | 'step-up' | 'registration' | 'upgrade';

type Row = {
  ceremonies: readonly Ceremony[];
  /**
   * A DOMException's name, a code of ours, or a state of the script: `waiting`, `offline`, `not_saved`,
   * `saved_after_all`, `saved`. Whatever has no row of its own is `exception` or `refusal`.
   */
  on: string;
  /** Only so soon that nobody can have decided, or so late that the time was up. */
  timing?: 'fast' | 'late';
  /** `alert` interrupts and looks like an error; `status` is neutral news. */
  tone: 'alert' | 'status';
  text: string;
  /** What is said instead to whoever has no password. */
  passwordless?: string;
  /** What is said instead where a recovery code is the other way. */
  afterPassword?: string;
  /** What whoever has no recovery code is told instead, where that is not what is said without a password. */
  withoutCodes?: string;
  /** A way forward. */
  link?: { href: string; text: string };
  /** A fault of ours or of the set-up: also written to the browser's console. */
  fault?: true;
};

export type PasskeyMessage = {
  key: string;
  tone: Row['tone'];
  text: string;
  link?: Row['link'];
  fault: boolean;
};

const proving = ['sign-in', 'second-factor', 'autofill', 'step-up'] as const;
const creating = ['registration'] as const;
const byButton = ['sign-in', 'second-factor', 'step-up'] as const;
const asked = ['sign-in', 'second-factor', 'step-up', 'registration'] as const;
const any = ['sign-in', 'second-factor', 'autofill', 'step-up', 'registration'] as const;
/** Nobody asked for it, so nobody is told. */
const unasked = ['autofill', 'upgrade'] as const;

const lost = { href: paths.lostPasskey, text: 'Lost your passkey?' };
const theirs = { href: '#passkeys', text: 'See your passkeys' };
const reloaded = { href: paths.dashboard, text: 'See your passkeys' };

const unexpected = {
  text: 'Something went wrong. Try again, or use your password.',
  passwordless: 'Something went wrong. Try again.',
  afterPassword: 'Something went wrong. Try again, or use a recovery code.',
};
const unfinished = {
  text: 'Your device could not finish. Try again, or use your password.',
  passwordless: 'Your device could not finish. Try again.',
  afterPassword: 'Your device could not finish. Try again, or use a recovery code.',
};
const cannotKeep = 'This device cannot save a passkey. Try your phone or a security key instead.';
const wrongAddress = 'Passkeys do not work at this address. Open {origin} instead.';
const alreadyThere = 'You already have a passkey in this password manager.';

const table: Row[] = [
  { ceremonies: byButton, on: 'waiting', tone: 'status', text: 'Waiting for your passkey…' },
  { ceremonies: creating, on: 'waiting', tone: 'status', text: 'Waiting for your device…' },

  // What the browser throws.
  { ceremonies: [...any, 'upgrade'], on: 'AbortError', tone: 'status', text: '' },
  { ceremonies: unasked, on: 'NotAllowedError', tone: 'status', text: '' },
  {
    ceremonies: byButton,
    on: 'NotAllowedError',
    tone: 'status',
    text: 'No passkey was used. Try again, or use your password.',
    passwordless: 'No passkey was used. Try again.',
    afterPassword: 'No passkey was used. Try again, or use a recovery code.',
  },
  {
    ceremonies: byButton,
    on: 'NotAllowedError',
    timing: 'fast',
    tone: 'status',
    text: 'Your browser or password manager blocked the request.',
  },
  {
    ceremonies: byButton,
    on: 'NotAllowedError',
    timing: 'late',
    tone: 'status',
    text: 'That took too long. Try again.',
  },
  { ceremonies: asked, on: 'TimeoutError', tone: 'status', text: 'That took too long. Try again.' },
  { ceremonies: creating, on: 'NotAllowedError', tone: 'status', text: 'No passkey was created.' },
  { ceremonies: creating, on: 'InvalidStateError', tone: 'status', text: alreadyThere, link: theirs },
  { ceremonies: creating, on: 'NotSupportedError', tone: 'alert', text: cannotKeep },
  { ceremonies: creating, on: 'ConstraintError', tone: 'alert', text: cannotKeep },
  { ceremonies: proving, on: 'SecurityError', tone: 'alert', text: wrongAddress, fault: true },
  { ceremonies: creating, on: 'SecurityError', tone: 'alert', text: wrongAddress, fault: true },
  { ceremonies: proving, on: 'EncodingError', tone: 'alert', ...unexpected, fault: true },
  { ceremonies: proving, on: 'TypeError', tone: 'alert', ...unexpected, fault: true },
  { ceremonies: proving, on: 'exception', tone: 'alert', ...unfinished },
  {
    ceremonies: creating,
    on: 'EncodingError',
    tone: 'alert',
    text: 'Something went wrong. Try again.',
    fault: true,
  },
  {
    ceremonies: creating,
    on: 'TypeError',
    tone: 'alert',
    text: 'Something went wrong. Try again.',
    fault: true,
  },
  { ceremonies: creating, on: 'exception', tone: 'alert', text: 'Your device could not finish. Try again.' },

  // What the server answers.
  {
    ceremonies: proving,
    on: 'not_verified',
    tone: 'alert',
    text: 'That passkey could not be verified. Use your password instead.',
    passwordless: 'That passkey could not be verified. Try another one.',
    afterPassword: 'That passkey could not be verified. Try another one, or use a recovery code.',
  },
  {
    ceremonies: creating,
    on: 'not_verified',
    tone: 'alert',
    text: 'That passkey could not be verified, so it was not saved.',
  },
  {
    ceremonies: proving,
    on: 'passkey_held',
    tone: 'alert',
    text: 'This account was secured. Sign in with the link that we emailed you, or with your new password, and review your passkeys first.',
    afterPassword:
      'This account was secured, and this passkey has not been reviewed since. Use a recovery code.',
    withoutCodes:
      'This account was secured, and this passkey has not been reviewed since. Start again, choose “Forgot your password?” and use the link that we email you.',
  },
  {
    ceremonies: proving,
    on: 'credential_unknown',
    tone: 'alert',
    text: 'This passkey was removed from your account. Use another way to sign in.',
    afterPassword: 'This passkey was removed from your account. Use another one, or a recovery code.',
    withoutCodes: 'This passkey was removed from your account. Use another one.',
  },
  {
    ceremonies: ['step-up'],
    on: 'wrong_account',
    tone: 'alert',
    text: 'That passkey belongs to another account.',
  },
  {
    ceremonies: ['step-up'],
    on: 'act_changed',
    tone: 'alert',
    text: 'Something has changed since this page was shown. Reload the page.',
  },
  { ceremonies: creating, on: 'already_registered', tone: 'status', text: alreadyThere, link: theirs },
  {
    ceremonies: creating,
    on: 'too_many_passkeys',
    tone: 'alert',
    text: `You have ${limits.passkeysOfAccount} passkeys. Delete one that you no longer use first.`,
    link: theirs,
  },
  { ceremonies: creating, on: 'not_saved', tone: 'alert', text: 'The passkey was not saved. Try again.' },
  {
    ceremonies: creating,
    on: 'saved_after_all',
    tone: 'status',
    text: 'Your passkey was saved.',
    link: reloaded,
  },
  { ceremonies: asked, on: 'challenge_expired', tone: 'status', text: 'That took too long. Try again.' },
  { ceremonies: ['autofill'], on: 'challenge_expired', tone: 'status', text: '' },
  {
    ceremonies: any,
    on: 'uv_required',
    tone: 'alert',
    text: 'Unlock your device with your fingerprint, face or PIN.',
  },
  {
    ceremonies: any,
    on: 'too_many_requests',
    tone: 'alert',
    text: 'Too many attempts. Try again in {seconds} seconds.',
  },
  {
    ceremonies: proving,
    on: 'passkey_service_unavailable',
    tone: 'alert',
    text: 'Passkeys are not available right now. Try again, or use your password.',
    passwordless: 'Passkeys are not available right now. Try again later.',
    afterPassword: 'Passkeys are not available right now. Use a recovery code.',
  },
  {
    ceremonies: creating,
    on: 'passkey_service_unavailable',
    tone: 'alert',
    text: 'Passkeys are not available right now. Try again later.',
  },
  {
    ceremonies: any,
    on: 'offline',
    tone: 'alert',
    text: 'We could not be reached. Check your connection and try again.',
  },
  { ceremonies: proving, on: 'refusal', tone: 'alert', ...unexpected },
  { ceremonies: creating, on: 'refusal', tone: 'alert', text: 'Something went wrong. Try again.' },
  {
    ceremonies: ['upgrade'],
    on: 'saved',
    tone: 'status',
    text: 'A passkey was saved to your password manager.',
    link: { href: paths.dashboard, text: 'Manage your passkeys' },
  },
  { ceremonies: ['upgrade'], on: 'exception', tone: 'status', text: '' },
  { ceremonies: ['upgrade'], on: 'refusal', tone: 'status', text: '' },
];

/**
 * The rows of one ceremony, by the keys under which its page carries them.
 *
 * @param hasOther false when it is known that there is no password, or at the second step no recovery code
 */
export function messagesOf(ceremony: Ceremony, hasOther = true): PasskeyMessage[] {
  return table
    .filter(({ ceremonies }) => ceremonies.includes(ceremony))
    .map((row) => ({
      key: row.timing ? `${row.on}.${row.timing}` : row.on,
      tone: row.tone,
      text: textOf(row, ceremony, hasOther),
      link: row.link ?? wayBack(ceremony, row),
      fault: row.fault ?? false,
    }));
}

function textOf(
  { text, passwordless = text, afterPassword = text, withoutCodes = passwordless }: Row,
  ceremony: Ceremony,
  hasOther: boolean,
): string {
  if (ceremony === 'second-factor') return hasOther ? afterPassword : withoutCodes;
  return hasOther ? text : passwordless;
}

/** From every failed attempt to use a passkey; the page of the second step has it in view anyway. */
function wayBack(ceremony: Ceremony, { on, text }: Row): Row['link'] {
  const isAboutPasskey = on !== 'waiting' && on !== 'act_changed';
  const isFailure = text !== '' && isAboutPasskey && ceremony !== 'second-factor';
  return isFailure && proving.some((one) => one === ceremony) ? lost : undefined;
}

/** The rows of a page whose passkeys can be used by a button and by autofill; those of autofill alone are named so. */
export function messagesWithAutofill(ceremony: 'sign-in' | 'step-up', hasPassword = true): PasskeyMessage[] {
  const messages = messagesOf(ceremony, hasPassword);
  const own = messagesOf('autofill', hasPassword).filter(
    ({ key, text }) => messages.find((message) => message.key === key)?.text !== text,
  );
  return [...messages, ...own.map((message) => ({ ...message, key: `autofill:${message.key}` }))];
}
