/** What /known-device says. */
import { paths } from '../../paths.ts';
import type { Page } from '../views.ts';
import { emailField, problemsIn } from './field.ts';

export function knownDevicePage(email = '', problem = ''): Page {
  const fields = [emailField(email, problem)];
  return {
    template: 'known-device',
    title: 'Make this browser known',
    data: { action: paths.knownDevice, fields, problems: problemsIn(fields), login: paths.login },
  };
}
