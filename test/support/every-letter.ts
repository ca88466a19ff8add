/** One letter of each kind, and about each event, as it is worded for Ada. Nothing in them changes from run to run. */
import { type AccountEvent, accountEvents } from '../../src/event-words.ts';
import type { News } from '../../src/letters/letter.ts';
import { letterWords, type Told } from '../../src/letters/letter-words.ts';
import type { MessageContent } from '../../src/mail/message.ts';

const origin = 'https://app.example.com';
const to = 'ada@example.com';
const secret = 'a-secret-of-22-letters';
const link = (purpose: 'sign-up') => ({ purpose, id: '1' }) as const;

/** What letters tell of an event beside its name. */
const details: Partial<Record<AccountEvent, string>> = {
  email_change_requested: 'countess@example.org',
  email_changed: `from ${to} to countess@example.org`,
  passkey_registered: 'iCloud Keychain',
  passkey_removed: 'iCloud Keychain',
};

/** How what they tell of was done. */
const methods: Partial<Record<AccountEvent, string>> = { second_factor_failed: 'password' };

const asked: [string, Told][] = [
  ['sign-up', { kind: 'sign-up', to, link: link('sign-up') }],
  ['account-exists', { kind: 'account-exists', to }],
  ['confirm-email', { kind: 'confirm-email', to, link: link('sign-up') }],
  ...(['forgotten', 'operator', 'secured', 'no-address'] as const).map((why): [string, Told] => [
    `reset-password: ${why}`,
    { kind: 'reset-password', to, why, link: link('sign-up') },
  ]),
  ['known-device', { kind: 'known-device', to, link: link('sign-up') }],
  ['change-email', { kind: 'change-email', to, link: link('sign-up') }],
  ['address-taken', { kind: 'address-taken', to }],
  ['account-deleted', { kind: 'account-deleted', to }],
];

function news(event: AccountEvent, facts: Partial<News> = {}): News {
  const at = '2026-11-26T14:05:00.000Z';
  const detail = details[event] ?? null;
  const method = methods[event] ?? null;
  return { kind: 'news', to, event, method, detail, at, device: 'Chrome on macOS', link: null, ...facts };
}

/** @returns names and contents */
export function everyLetter(): [string, MessageContent][] {
  const events = Object.keys(accountEvents) as AccountEvent[];
  const told: [string, News][] = events
    .filter((event) => accountEvents[event].letter)
    .map((event) => [`news: ${event}`, news(event)]);
  return [
    ...[...asked, ...told].map(([name, letter]): [string, MessageContent] => [
      name,
      letterWords(letter, { secret }, origin),
    ]),
    [
      'news: passkey_registered, automatic',
      letterWords(news('passkey_registered', { method: 'automatic' }), { secret }, origin),
    ],
    [
      'news: password_changed, to an address that the account has had for some days',
      letterWords(news('password_changed'), { secret, returnsUntil: '2026-11-30T09:30:00.000Z' }, origin),
    ],
    [
      'news: password_changed, when it cannot be taken back',
      letterWords(news('password_changed'), null, origin),
    ],
  ];
}
