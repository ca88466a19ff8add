/** What /settings/email says. */
import { paths } from '../../paths.ts';
import { emailField, problemsIn } from '../http/field.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';

/** @param typed the new address as it was typed, when the form comes back */
export function emailPage(visitor: Visitor, typed = '', problem = '', refusal = ''): Page {
  const fields = [emailField(typed, problem, 'New email', 'email')];
  const hasNone = visitor.address === null;
  const heading = hasNone ? 'Enter your email address' : 'Change your email address';
  return {
    template: 'email',
    title: heading,
    data: {
      ...frame(visitor),
      hasNone,
      heading,
      action: paths.email,
      fields,
      problems: problemsIn(fields),
      refusal,
      cancel: paths.security,
    },
  };
}
