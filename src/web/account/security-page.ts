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
  /** Whether mail can be sent: then a confirmed address is a way in. */
  mail: boolean;
  /** Whoever runs this site wants a passkey after the password for everybody who has one. */
  requiresSecondFactor?: boolean | undefined;
  notice: string;
};

export function securityPage(visitor: Visitor, security: Security): Page {
  const { account, passkeys, mail, notice } = security;
  return {
    template: 'security',
    title: 'Security',
    data: {
      ...frame(visitor),
      notice,
      summary: isAsked(security) ? summaryInSteps(security) : summaryOf(security),
      ways: [
        passwordWay(account),
        secondFactorWay(security),
        passkeyWay(passkeys),
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
function secondFactorWay(security: Security): Way[] {
  const { account, requiresSecondFactor } = security;
  const since = account.secondFactorSince;
  if (!account.hasPassword && !since) return [];
  const on = since ? `On since ${dateWords(since)}` : 'On for everybody who has a passkey';
  return [
    {
      id: 'second-factor-way',
      name: 'Passkey after password',
      state: since || requiresSecondFactor ? on : 'Off',
      acts: [{ method: 'get', action: paths.secondFactor, text: isAsked(security) ? 'Manage' : 'Set up' }],
    },
  ];
}

/** Whether a password alone is not enough here. */
function isAsked({ account, passkeys, requiresSecondFactor }: Security): boolean {
  return account.secondFactorSince !== null || (requiresSecondFactor === true && passkeys !== 0);
}

function passkeyWay(passkeys: number | null): Way {
  const count = passkeys === 1 ? '1 passkey' : `${passkeys} passkeys`;
  const state = passkeys === null ? 'Not available right now' : passkeys === 0 ? 'None yet' : count;
  return {
    id: 'passkey-way',
    name: 'Passkeys',
    state,
    acts: [{ method: 'get', action: paths.dashboard, text: 'Manage passkeys' }],
  };
}

function emailWay({ email, emailVerified }: AccountFacts, mail: boolean): Way {
  return {
    id: 'email-way',
    name: 'Email',
    state: `${email} · ${emailVerified ? 'confirmed' : 'not confirmed'}`,
    acts: mail
      ? [
          { method: 'get', action: paths.email, text: 'Change email' },
          ...(emailVerified
            ? []
            : [{ method: 'post', action: paths.resendVerification, text: 'Confirm email' } as const]),
        ]
      : [],
  };
}

function summaryOf(security: Security): string {
  const ways = [...passwordOf(security), ...passkeysOf(security), ...linkOf(security)];
  return ways.length > 0
    ? `You can sign in with ${either(ways)}.`
    : 'Add another way to sign in before you lose this one.';
}

/** Where one step is not enough: what does by itself, and what something is asked for after. */
function summaryInSteps(security: Security): string {
  const alone = passkeysOf(security);
  const first = [...passwordOf(security), ...linkOf(security)];
  const second = security.passkeys === 0 ? 'a recovery code' : 'a passkey or a recovery code';
  const sentences = [
    alone.length > 0 ? `You can sign in with ${either(alone)} alone.` : '',
    first.length > 0 ? `After ${either(first)} we ask for ${second}.` : '',
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

const passwordOf = ({ account }: Security) => (account.hasPassword ? ['your password'] : []);
const linkOf = ({ account, mail }: Security) =>
  mail && account.emailVerified ? ['a link that we email you'] : [];

function passkeysOf({ passkeys }: Security): string[] {
  if (!passkeys) return [];
  return [passkeys === 1 ? 'your passkey' : `your ${passkeys} passkeys`];
}

function either(ways: string[]): string {
  const last = ways.at(-1) ?? '';
  return ways.length > 1 ? `${ways.slice(0, -1).join(', ')} or ${last}` : last;
}
