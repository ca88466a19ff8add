/** What /settings/security says: the ways in, and where to look after them. */
import type { AccountFacts } from '../../accounts/user.ts';
import { paths } from '../../paths.ts';
import { dateWords } from '../../times.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';

type Security = {
  account: AccountFacts;
  /** How many passkeys sign in by themselves; null when the passkey service does not answer. */
  passkeys: number | null;
  /** How many wait until their owner has looked at them. */
  held: number;
  /** How many recovery codes are all that can come after the password; null where a passkey can. */
  codesAlone: number | null;
  /** Whether mail can be sent: then a confirmed address is a way in. */
  mail: boolean;
  /** A password alone is not enough here. */
  asksSecondFactor: boolean;
  /** What somebody risks who has no recovery code, or empty. */
  noCodes: string;
  notice: string;
};

export function securityPage(visitor: Visitor, security: Security): Page {
  const { account, passkeys, held, mail, noCodes, notice } = security;
  return {
    template: 'security',
    title: 'Security',
    data: {
      ...frame(visitor),
      notice,
      noCodes,
      recoveryCodes: paths.recoveryCodes,
      summary: security.asksSecondFactor ? summaryInSteps(security) : summaryOf(security),
      ways: [
        passwordWay(account),
        secondFactorWay(security),
        passkeyWay(passkeys, held),
        emailWay(account, mail),
      ].flat(),
      links: [
        { href: paths.sessions, text: 'Sessions', hint: 'Where you are signed in' },
        { href: paths.activity, text: 'Activity', hint: 'What has happened in your account' },
        { href: paths.data, text: 'Your data', hint: 'Download it, or delete your account' },
      ],
    },
  };
}

type Way = {
  id: string;
  name: string;
  state: string;
  acts: { method: 'get' | 'post'; action: string; text: string }[];
};

function passwordWay({ hasPassword, passwordChangedAt }: AccountFacts): Way {
  const since = passwordChangedAt ? `Set on ${dateWords(passwordChangedAt)}` : 'Set';
  return {
    id: 'password-way',
    name: 'Password',
    state: hasPassword ? since : 'None',
    acts: [
      { method: 'get', action: paths.password, text: hasPassword ? 'Change password' : 'Set a password' },
      ...(hasPassword
        ? [{ method: 'get', action: paths.removePassword, text: 'Remove password' } as const]
        : []),
    ],
  };
}

/** Of somebody without a password there is nothing to say, unless it waits for a new one. */
function secondFactorWay({ account, asksSecondFactor }: Security): Way[] {
  const since = account.secondFactorSince;
  if (!account.hasPassword && !since) return [];
  const on = since ? `On since ${dateWords(since)}` : 'On for everybody who has a passkey';
  return [
    {
      id: 'second-factor-way',
      name: 'Passkey after password',
      state: asksSecondFactor ? on : 'Off',
      acts: [{ method: 'get', action: paths.secondFactor, text: asksSecondFactor ? 'Manage' : 'Set up' }],
    },
  ];
}

function passkeyWay(passkeys: number | null, held: number): Way {
  const count = passkeys === 1 ? '1 passkey' : `${passkeys} passkeys`;
  const state = passkeys === null ? 'Not available right now' : passkeys === 0 ? 'None yet' : count;
  const manage = { method: 'get', action: paths.dashboard, text: 'Manage passkeys' } as const;
  const review = { method: 'get', action: paths.reviewPasskeys, text: 'Review passkeys' } as const;
  return {
    id: 'passkey-way',
    name: 'Passkeys',
    state: held > 0 ? `${held} to review` : state,
    acts: [held > 0 ? review : manage],
  };
}

function emailWay({ address, emailVerified }: AccountFacts, mail: boolean): Way {
  const hasNone = address === null;
  return {
    id: 'email-way',
    name: 'Email',
    state: hasNone ? 'None' : `${address} · ${emailVerified ? 'confirmed' : 'not confirmed'}`,
    acts: mail
      ? [
          { method: 'get', action: paths.email, text: hasNone ? 'Enter an address' : 'Change email' },
          ...(emailVerified || hasNone
            ? []
            : [{ method: 'post', action: paths.resendVerification, text: 'Confirm email' } as const]),
        ]
      : [],
  };
}

const noWay = 'Add another way to sign in before you lose this one.';

function summaryOf(security: Security): string {
  const ways = [...passwordOf(security), ...passkeysOf(security), ...linkOf(security)];
  return ways.length > 0 ? `You can sign in with ${either(ways)}.` : noWay;
}

/** Where one step is not enough: what does by itself, and what something is asked for after. */
function summaryInSteps(security: Security): string {
  const alone = passkeysOf(security);
  const first = security.codesAlone === 0 ? [] : [...passwordOf(security), ...linkOf(security)];
  const withPasskey = security.noCodes ? 'a passkey' : 'a passkey or a recovery code';
  const second = security.codesAlone === null ? withPasskey : 'a recovery code';
  const sentences = [
    alone.length > 0 ? `You can sign in with ${either(alone)} alone.` : '',
    first.length > 0 ? `After ${either(first)} we ask for ${second}.` : '',
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ') || noWay;
}

const passwordOf = ({ account }: Security) =>
  account.hasPassword && account.address !== null ? ['your password'] : [];
const linkOf = ({ account, mail }: Security) =>
  mail && account.emailVerified && account.address !== null ? ['a link that we email you'] : [];

function passkeysOf({ passkeys }: Security): string[] {
  if (!passkeys) return [];
  return [passkeys === 1 ? 'your passkey' : `your ${passkeys} passkeys`];
}

function either(ways: string[]): string {
  const last = ways.at(-1) ?? '';
  return ways.length > 1 ? `${ways.slice(0, -1).join(', ')} or ${last}` : last;
}
