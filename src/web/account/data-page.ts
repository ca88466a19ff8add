/** What /settings/data and /settings/account/delete say, and what /goodbye does. */
import { paths } from '../../paths.ts';
import type { ConfirmationPart } from '../confirmation/confirmation-part.ts';
import { emailField, problemsIn } from '../http/field.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';

/** @param notice what is said on the way back from a step-up */
export function dataPage(visitor: Visitor, notice = ''): Page {
  return {
    template: 'data',
    title: 'Your data',
    data: { ...frame(visitor), notice, exportAction: paths.exportData, deleteAction: paths.deleteAccount },
  };
}

/**
 * @param typed what stood in the field for the address, when the form comes back, and what is wrong with it
 * @param refusal why it is too early to try again, and when it is not
 */
export function deleteAccountPage(
  visitor: Visitor,
  confirmation: ConfirmationPart,
  { typed = '', problem = '', refusal = '' } = {},
): Page {
  const label = 'Type your email address to confirm';
  const address = visitor.address === null ? [] : [emailField(typed, problem, label, 'off')];
  const fields = [...address, ...confirmation.fields];
  return {
    template: 'delete-account',
    title: 'Delete your account',
    data: {
      ...frame(visitor),
      action: paths.deleteAccount,
      data: paths.data,
      cancel: paths.data,
      ...confirmation,
      fields,
      refusal,
      canType: confirmation.fields.length > 0 || confirmation.isFree,
      signText: 'Delete my account with a passkey',
      submitText: 'Delete my account',
      problems: problemsIn(fields),
    },
  };
}

/** @param userId the user handle, base64url: what the password manager knows the account by */
export function goodbyePage(rpId: string, userId: string): Page {
  return {
    template: 'goodbye',
    title: 'Goodbye',
    data: { rpId, userId, help: `${paths.helpPasskeys}#deleting`, login: paths.login },
  };
}
