/**
 * What only developers have: the ceremony viewer and the mailbox. Loaded by server.ts alone; production has neither
 * their addresses nor their code.
 */
import type { Mailbox } from '../mail/mailbox.ts';
import type { AppRouter } from '../web/http/context.ts';
import { createCeremonyViewer } from './ceremony-viewer.ts';
import { addMailboxRoutes } from './mailbox-page.ts';

export type DevelopmentTools = ReturnType<typeof createCeremonyViewer>;

/**
 * @param root the project directory
 * @param mailbox null when mails go to a mail server
 */
export function createDevelopmentTools(root: string, mailbox: Mailbox | null): DevelopmentTools {
  const viewer = createCeremonyViewer(root);
  return {
    observe: viewer.observe,
    addRoutes(router: AppRouter): void {
      viewer.addRoutes(router);
      addMailboxRoutes(router, root, mailbox);
    },
  };
}
