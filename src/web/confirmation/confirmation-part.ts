/** The part of a page with which somebody confirms an act: the passkey that signs it, or the password. Decides nothing. */
import { type ActName, actData } from '../../operations/act-data.ts';
import type { Mistyped } from '../../operations/confirm-act.ts';
import { type ActData, digestOf, type Passkeys } from '../../passkeys/passkeys.ts';
import { type AppContext, asksSecondFactor, currentUser } from '../http/context.ts';
import { currentPasswordField, type Field, recoveryCodeField } from '../http/field.ts';
import { enterPassword } from '../http/field-words.ts';
import { messagesOf, type PasskeyMessage } from '../passkeys/ceremony-words.ts';
import { mistypedCode, wrongPassword } from '../sign-in/sign-in-words.ts';
import { wordsOf } from './confirmation-words.ts';
import { passkeysThatSign } from './signing-passkeys.ts';

export type ConfirmationPart = {
  /** What a passkey would sign, in words. */
  signed: { term: string; text: string }[];
  /** Where it is signed; empty where no passkey can. */
  signUrl: string;
  messages: PasskeyMessage[];
  /** What is typed instead; none for whoever has no password. */
  fields: Field[];
  /** Nothing can be shown, so nothing is asked. */
  isFree: boolean;
  /** Whether the passkey service answers. */
  available: boolean;
};

/** Of what was typed: what is wrong or missing. */
export type Wrong = Mistyped | 'missing_password' | undefined;

/** @param signPath where the act is signed */
export async function confirmationPart(
  ctx: AppContext,
  passkeys: Passkeys,
  name: ActName,
  signPath: string,
  wrong?: Wrong,
): Promise<ConfirmationPart> {
  const account = currentUser(ctx);
  const { hasPassword } = account;
  const now = await passkeysThatSign(ctx, passkeys);
  const asksCode = asksSecondFactor(ctx) || isOfCode(wrong);
  return {
    ...(now?.canSign
      ? signing(name, actData(name, account, now.listed), signPath)
      : { signed: [], signUrl: '' }),
    messages: messagesOf('step-up', hasPassword),
    fields: hasPassword ? [passwordFor(wrong), ...(asksCode ? [codeFor(wrong)] : [])] : [],
    isFree: !hasPassword && now?.usableCount === 0,
    available: now !== null,
  };
}

function signing(name: ActName, act: ActData, signPath: string) {
  const shown = new URLSearchParams({ shown: digestOf(act) });
  return { signed: wordsOf(name, act), signUrl: `${signPath}?${shown}` };
}

function passwordFor(wrong: Wrong): Field {
  const problem = wrong === 'password' ? wrongPassword : wrong === 'missing_password' ? enterPassword : '';
  return currentPasswordField(problem);
}

function codeFor(wrong: Wrong): Field {
  return recoveryCodeField(isOfCode(wrong) ? mistypedCode[wrong] : '');
}

function isOfCode(wrong: Wrong): wrong is keyof typeof mistypedCode {
  return wrong !== undefined && wrong in mistypedCode;
}
