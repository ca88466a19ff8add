/**
 * What only developers have: the ceremony viewer and the mailbox. Loaded by server.ts alone; production has neither
 * their addresses nor their code.
 */
import { nothingThere } from '../errors.ts';
import type { Mailbox } from '../mail/mailbox.ts';
import { namesThisMachine } from '../settings/hosts.ts';
import type { AppMiddleware, AppRouter } from '../web/http/context.ts';
import { createCeremonyViewer } from './ceremony-viewer.ts';
import { addMailboxRoutes, mailboxAddress } from './mailbox-page.ts';

/** What the application needs of them. */
export type DevelopmentTools = Pick<
  ReturnType<typeof createCeremonyViewer>,
  'observe' | 'addRoutes' | 'fromSignIn'
>;

export type LoadedTools = ReturnType<typeof createDevelopmentTools>;

/** @property root the project directory @property mailbox null when mails go to a mail server */
type Dependencies = { root: string; mailbox: Mailbox | null; origin: string };

export function createDevelopmentTools({ root, mailbox, origin }: Dependencies) {
  const viewer = createCeremonyViewer(root);
  return {
    observe: viewer.observe,
    fromSignIn: viewer.fromSignIn,
    /** What the start says of them. */
    whereToLook: (origin: string) =>
      `Passkeys, message by message: ${origin}${viewer.address}. Mails: ${origin}${mailboxAddress}.`,
    addRoutes(router: AppRouter): void {
      router.use('/dev', forOurNames(origin));
      viewer.addRoutes(router);
      addMailboxRoutes(router, root, mailbox);
    },
  };
}

/** Everybody may look, so only under a name that leads here by itself: that of the site, or of this machine. */
function forOurNames(origin: string): AppMiddleware {
  const own = new URL(origin).host;
  return (ctx, next) => {
    if (ctx.host !== own && !namesThisMachine(ctx.host)) throw nothingThere();
    return next();
  };
}
