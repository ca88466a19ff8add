/** What /settings/two-factor says: whether a passkey is asked for after the password, and what there is for it. */
import type { AccountFacts } from '../../accounts/user.ts';
import type { Passkey } from '../../passkeys/passkey.ts';
import { paths } from '../../paths.ts';
import { dateWords } from '../../times.ts';
import type { ConfirmationPart } from '../confirmation/confirmation-part.ts';
import { problemsIn } from '../http/field.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';
import { messagesOf } from '../passkeys/ceremony-words.ts';
import { codesLeftWords, firstStep } from './second-factor-words.ts';

export type SecondFactorFacts = {
  account: AccountFacts;
  /** The passkeys that will do after the password; null when the passkey service does not answer. */
  passkeys: readonly Pick<Passkey, 'name' | 'createdAt' | 'automatic' | 'secondFactorOnly'>[] | null;
  /** Whether one of the passkeys can follow the password, if only a security key that does nothing else. */
  isFollowed: boolean;
  /** How many recovery codes are left. */
  codes: number;
  /** Whether a passkey is asked for now: a site that asks everybody asks nobody who has none. */
  asks: boolean;
  /** Whoever runs this site wants it so for everybody who has a passkey. */
  required: boolean;
  /** Whether mail can be sent: then a confirmed address is a first step. */
  mail: boolean;
  notice: string;
  /** Why it could not be turned on. */
  problem?: string;
};

const messages = messagesOf('registration').map(withoutList);

export function secondFactorPage(visitor: Visitor, facts: SecondFactorFacts): Page {
  const { account, asks, codes, required, isFollowed, mail, notice, problem = '' } = facts;
  const since = account.secondFactorSince;
  const isOn = since !== null || required;
  return {
    template: 'two-factor',
    title: 'Passkey after password',
    data: {
      ...frame(visitor),
      notice,
      problem,
      isOn,
      says: sentenceOf(facts),
      creates: asks && !isFollowed ? paths.dashboard : '',
      state: stateOf(since, required),
      obstacle: isOn ? null : obstacleOf(facts),
      passkeys: (facts.passkeys ?? []).map(({ name, createdAt, automatic, secondFactorOnly }) => ({
        name,
        automatic,
        secondFactorOnly,
        created: dateWords(createdAt),
      })),
      dashboard: paths.dashboard,
      enableAction: paths.turnOnSecondFactor,
      disableAction: required ? '' : paths.turnOffSecondFactor,
      first: firstStep(account, mail) || 'a password',
      codes: asks || codes > 0 ? codesLeftWords(codes) : '',
      codesAction: paths.recoveryCodes,
      addsKeys: asks,
      registrationUrl: paths.secondFactorRegistration,
      messages,
      security: paths.security,
    },
  };
}

/** Where it is on: what happens after the password, or will. */
function sentenceOf({ account, passkeys, isFollowed, asks, codes, mail }: SecondFactorFacts): string {
  if (!asks)
    return 'As soon as you have a passkey, this site asks for it after your password, so that nobody gets in with your password alone.';
  const first = firstStep(account, mail) || 'a password';
  if (!isFollowed && codes === 0)
    return 'You have no passkey and no recovery code, so you cannot sign in again. Create a passkey now.';
  if (!isFollowed)
    return `After ${first} we ask for one of your recovery codes, because you have no passkey.`;
  const aim = account.hasPassword ? ', so that nobody gets in with your password alone' : '';
  const alone = signsIn(passkeys) ? ' A passkey by itself still signs you in.' : '';
  return `After ${first} we ask for one of your passkeys${aim}.${alone}`;
}

function stateOf(since: Date | null, required: boolean): string {
  if (required) return 'This site asks everybody who has a passkey.';
  return since ? `On since ${dateWords(since)}.` : 'Off.';
}

/** Whether one of them signs in by itself; while nobody knows them, that is not denied. */
const signsIn = (passkeys: SecondFactorFacts['passkeys']) =>
  passkeys?.some(({ secondFactorOnly }) => !secondFactorOnly) ?? true;

type Obstacle = { text: string; way: { href: string; text: string } | null };

/** What stands in the way of turning it on, and where it can be mended. */
function obstacleOf({ account, passkeys }: SecondFactorFacts): Obstacle | null {
  if (!account.hasPassword)
    return { text: 'You have no password, so there is nothing that a passkey would come after.', way: null };
  if (passkeys === null)
    return {
      text: 'Passkeys are not available right now, so this cannot be turned on. Try again in a few minutes.',
      way: null,
    };
  if (signsIn(passkeys)) return null;
  return {
    text: 'First you need a passkey that signs you in by itself.',
    way: { href: paths.dashboard, text: 'Create a passkey' },
  };
}

type Message = ReturnType<typeof messagesOf>[number];

/** The list of passkeys is on another page. */
function withoutList(message: Message): Message {
  const { link } = message;
  if (!link?.href.startsWith('#')) return message;
  return { ...message, link: { ...link, href: paths.dashboard + link.href } };
}

/** The question; the form on it is the answer. */
export function turnOffSecondFactorPage(
  visitor: Visitor,
  confirmation: ConfirmationPart,
  refusal = '',
): Page {
  return {
    template: 'turn-off-two-factor',
    title: 'Turn off passkey after password',
    data: {
      ...frame(visitor),
      action: paths.turnOffSecondFactor,
      cancel: paths.secondFactor,
      ...confirmation,
      problems: problemsIn(confirmation.fields),
      refusal,
      canType: confirmation.fields.length > 0 || confirmation.isFree,
      signText: 'Turn off with a passkey',
      submitText: 'Turn off',
    },
  };
}
