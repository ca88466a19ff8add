/** What /passkeys/:id/rename says. */
import type { Passkey } from '../../passkeys/passkey.ts';
import { paths } from '../../paths.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';

/** @param form what was typed and what is wrong with it, when the form comes back */
export function renamePasskeyPage(
  visitor: Visitor,
  passkey: Passkey,
  form?: { name: string; problem: string },
): Page {
  return {
    template: 'rename-passkey',
    title: 'Rename passkey',
    data: {
      ...frame(visitor),
      action: paths.renamePasskey(passkey.id),
      cancel: paths.dashboard,
      currentName: passkey.name,
      name: form?.name ?? passkey.name,
      problem: form?.problem ?? '',
    },
  };
}
