/** What /settings/email says. */
import { paths } from '../../paths.ts';
import { emailField, problemsIn } from '../http/field.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';

/** @param typed the new address as it was typed, when the form comes back */
export function emailPage(visitor: Visitor, typed = '', problem = '', refusal = ''): Page {
  const fields = [emailField(typed, problem, 'New email', 'email')];
  return {
    template: 'email',
    title: 'Change your email address',
    data: {
      ...frame(visitor),
      action: paths.email,
      fields,
      problems: problemsIn(fields),
      refusal,
      cancel: paths.security,
    },
  };
}
