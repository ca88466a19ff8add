/** What /passkeys/:id/delete says before anything is deleted. */
import type { User } from '../../accounts/user.ts';
import type { Passkey } from '../../passkeys/passkey.ts';
import { paths } from '../paths.ts';
import type { Page } from '../views.ts';
import { frame } from './account-frame.ts';
import { dateWords } from './times.ts';

/** The question; the form on it is the answer. */
export function deletePasskeyPage(user: User, passkey: Passkey): Page {
  return {
    template: 'delete-passkey',
    title: 'Delete passkey',
    data: {
      ...frame(user),
      action: paths.deletePasskey(passkey.id),
      cancel: paths.dashboard,
      name: passkey.name,
      created: dateWords(passkey.createdAt),
    },
  };
}
