/** What /passkeys/:id/delete says before anything is deleted. */
import type { User } from '../../accounts/user.ts';
import type { Passkey } from '../../passkeys/passkey.ts';
import { paths } from '../paths.ts';
import type { Page } from '../views.ts';
import { dateWords } from './times.ts';

export function deletePasskeyPage(user: User, passkey: Passkey): Page {
  return {
    template: 'delete-passkey',
    title: 'Delete passkey',
    data: {
      email: user.email,
      logoutAction: paths.logout,
      action: paths.deletePasskey(passkey.id),
      cancel: paths.dashboard,
      name: passkey.name,
      created: dateWords(passkey.createdAt),
    },
  };
}
