/** What /settings/password says. */
import { paths } from '../../paths.ts';
import { newPasswordField, problemsIn } from '../http/field.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';

export function passwordPage(visitor: Visitor, hasPassword: boolean, problem = '', refusal = ''): Page {
  const fields = [newPasswordField(problem)];
  const heading = hasPassword ? 'Change your password' : 'Set a password';
  return {
    template: 'password',
    title: heading,
    data: {
      ...frame(visitor),
      heading,
      action: paths.password,
      fields,
      problems: problemsIn(fields),
      refusal,
      button: hasPassword ? 'Change password' : 'Set password',
      cancel: paths.security,
      remove: hasPassword ? paths.removePassword : '',
    },
  };
}
