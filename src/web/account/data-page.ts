/** What /settings/data and /settings/account/delete say, and what /goodbye does. */
import { paths } from '../../paths.ts';
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

/** @param typed what stood in the field, when the form comes back */
export function deleteAccountPage(visitor: Visitor, typed = '', problem = ''): Page {
  const label = 'Type your email address to confirm';
  const fields = [emailField(typed, problem, label, 'off')];
  return {
    template: 'delete-account',
    title: 'Delete your account',
    data: {
      ...frame(visitor),
      action: paths.deleteAccount,
      data: paths.data,
      fields,
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
