/** What /known-device says. */
import { paths } from '../../paths.ts';
import { emailField, problemsIn } from '../http/field.ts';
import type { Page } from '../http/views.ts';

export function knownDevicePage(email = '', problem = '', refusal = ''): Page {
  const fields = [emailField(email, problem)];
  return {
    template: 'known-device',
    title: 'Use your password in this browser',
    description: 'Get a link that lets you sign in with your password in this browser.',
    data: { action: paths.knownDevice, fields, problems: problemsIn(fields), refusal, login: paths.login },
  };
}
