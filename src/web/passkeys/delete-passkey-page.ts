/** What /passkeys/:id/delete says before anything is deleted. */
import type { Passkey } from '../../passkeys/passkey.ts';
import { isLockedOut, type WaysIn } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { dateWords } from '../../times.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';
import { placeWords } from './passkey-place.ts';

export type Deletion = {
  passkey: Passkey;
  /** What would remain to sign in with. */
  remaining: WaysIn;
  /** Whether it could go as well when there were recovery codes. */
  codesWouldDo: boolean;
  /** Whether the other sessions that it opened end too. */
  endsSessions: boolean;
};

/** The question; the form on it is the answer. Where nothing would remain, there is no form but the reason. */
export function deletePasskeyPage(visitor: Visitor, deletion: Deletion): Page {
  const { passkey, remaining, codesWouldDo, endsSessions } = deletion;
  const isLast = isLockedOut(remaining);
  return {
    template: 'delete-passkey',
    title: isLast ? 'Your only way to sign in' : 'Delete passkey',
    data: {
      ...frame(visitor),
      action: paths.deletePasskey(passkey.id),
      cancel: paths.dashboard,
      help: paths.helpPasskeys,
      name: passkey.name,
      created: dateWords(passkey.createdAt),
      isLast,
      codes: codesWouldDo ? paths.recoveryCodes : '',
      remains: remainsWords(remaining),
      where: placeWords(passkey),
      endsSessions,
    },
  };
}

function remainsWords({ password, passkeys, codesAlone }: WaysIn): string {
  if (passkeys === 0) {
    if (codesAlone !== null)
      return `This is your last passkey. From then on, signing in asks for one of your recovery codes. You have ${codesAlone} left, and each works once.`;
    return password
      ? 'You will sign in with your password.'
      : 'To sign in, you will choose “Forgot your password?” and use the link that we email you.';
  }
  const others = passkeys === 1 ? 'your other passkey' : `your ${passkeys} other passkeys`;
  return password ? `You will sign in with ${others} or your password.` : `You will sign in with ${others}.`;
}
