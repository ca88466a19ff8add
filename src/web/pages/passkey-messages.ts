/**
 * What people are told when a passkey ceremony ends without success: the only source of these sentences. The browser
 * script knows the keys (a server code, or the outcome that it made of a DOMException) and fills in {seconds}.
 */

export type PasskeyMessage = {
  key: string;
  /** `alert` interrupts and looks like an error; `status` is neutral news. */
  tone: 'alert' | 'status';
  text: string;
  /** Where the news can be seen. */
  link?: { href: string; text: string };
};

const forBoth: PasskeyMessage[] = [
  { key: 'blocked', tone: 'status', text: 'Your browser or password manager blocked the request.' },
  { key: 'timed_out', tone: 'status', text: 'That took too long. Try again.' },
  { key: 'wrong_address', tone: 'alert', text: 'This address is not set up for passkeys.' },
  { key: 'offline', tone: 'alert', text: 'We could not be reached. Check your connection and try again.' },
  { key: 'challenge_expired', tone: 'status', text: 'That took too long. Tap again.' },
  { key: 'uv_required', tone: 'alert', text: 'Unlock your device with PIN, fingerprint or face.' },
  { key: 'too_many_requests', tone: 'alert', text: 'Too many tries. Try again in {seconds} s.' },
];

export const signInMessages: PasskeyMessage[] = [
  { key: 'waiting', tone: 'status', text: 'Waiting for your passkey…' },
  { key: 'cancelled', tone: 'status', text: 'No passkey was used. Try again, or use your password.' },
  { key: 'failed', tone: 'alert', text: 'Your device could not finish. Try again, or use your password.' },
  { key: 'fault', tone: 'alert', text: 'Something went wrong. Try again, or use your password.' },
  {
    key: 'not_verified',
    tone: 'alert',
    text: 'That passkey could not be verified. Use your password instead.',
  },
  {
    key: 'credential_unknown',
    tone: 'alert',
    text: 'This passkey was removed from your account. Use another way to sign in.',
  },
  {
    key: 'passkey_service_unavailable',
    tone: 'alert',
    text: 'Passkeys are not available right now. You can try again or use your password.',
  },
  ...forBoth,
];

export const registrationMessages: PasskeyMessage[] = [
  { key: 'waiting', tone: 'status', text: 'Waiting for your device…' },
  { key: 'cancelled', tone: 'status', text: 'No passkey was created.' },
  {
    key: 'already_registered',
    tone: 'status',
    text: 'You already have a passkey in this password manager.',
    link: { href: '#passkeys', text: 'See your passkeys' },
  },
  {
    key: 'too_many_passkeys',
    tone: 'alert',
    text: 'You have 100 passkeys. Delete one that you no longer use first.',
  },
  {
    key: 'unsupported',
    tone: 'alert',
    text: 'This device cannot keep a passkey. Try your phone or a security key instead.',
  },
  { key: 'failed', tone: 'alert', text: 'Your device could not finish. Try again.' },
  { key: 'fault', tone: 'alert', text: 'Something went wrong. Try again.' },
  { key: 'not_verified', tone: 'alert', text: 'That passkey could not be verified. It was not saved here.' },
  {
    key: 'passkey_service_unavailable',
    tone: 'alert',
    text: 'Passkeys are not available right now. Try again later.',
  },
  ...forBoth,
];
