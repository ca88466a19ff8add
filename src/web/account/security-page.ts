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
  notice: string;
};

export function securityPage(visitor: Visitor, { account, passkeys, mail, notice }: Security): Page {
  return {
    template: 'security',
    title: 'Security',
    data: {
      ...frame(visitor),
      notice,
      summary: summaryOf(account, passkeys, mail),
      ways: [passwordWay(account), passkeyWay(passkeys), emailWay(account, mail)],
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

function summaryOf(
  { hasPassword, emailVerified }: AccountFacts,
  passkeys: number | null,
  mail: boolean,
): string {
  const ways = [
    hasPassword ? 'your password' : '',
    passkeys ? (passkeys === 1 ? 'your passkey' : `your ${passkeys} passkeys`) : '',
    mail && emailVerified ? 'a link that we email you' : '',
  ].filter((way) => way !== '');
  if (ways.length === 0) return 'Add another way to sign in before you lose this one.';
  const last = ways.pop() as string;
  return `You can sign in with ${ways.length > 0 ? `${ways.join(', ')} or ${last}` : last}.`;
}
