/**
 * What only developers have: the ceremony viewer and the mailbox. Loaded by server.ts alone; production has neither
 * their addresses nor their code.
 */
import type { Mailbox } from '../mail/mailbox.ts';
import type { AppRouter } from '../web/http/context.ts';
import { createCeremonyViewer } from './ceremony-viewer.ts';
import { addMailboxRoutes, mailboxAddress } from './mailbox-page.ts';

/** What the application needs of them. */
export type DevelopmentTools = Pick<
  ReturnType<typeof createCeremonyViewer>,
  'observe' | 'addRoutes' | 'fromSignIn'
>;

export type LoadedTools = ReturnType<typeof createDevelopmentTools>;

/**
 * @param root the project directory
 * @param mailbox null when mails go to a mail server
 */
export function createDevelopmentTools(root: string, mailbox: Mailbox | null) {
  const viewer = createCeremonyViewer(root);
  return {
    observe: viewer.observe,
    fromSignIn: viewer.fromSignIn,
    /** What the start says of them. */
    whereToLook: (origin: string) =>
      `Passkeys, message by message: ${origin}${viewer.address}. Mails: ${origin}${mailboxAddress}.`,
    addRoutes(router: AppRouter): void {
      viewer.addRoutes(router);
      addMailboxRoutes(router, root, mailbox);
    },
  };
}
