/** GET /dev/mailbox: the mails that development keeps instead of sending them. Must not know what they are about. */
import type { Kept, Mailbox } from '../mail/mailbox.ts';
import { paths } from '../paths.ts';
import type { AppRouter } from '../web/http/context.ts';
import type { Page } from '../web/http/views.ts';

const address = '/dev/mailbox';

/** @param mailbox null when mails go to a mail server */
export function addMailboxRoute(router: AppRouter, mailbox: Mailbox | null): void {
  router.get(address, async (ctx) => ctx.render(mailboxPage(mailbox && (await mailbox.list()))));
}

function mailboxPage(mails: Kept[] | null): Page {
  const data = {
    reading: true,
    login: paths.login,
    sends: mails === null,
    mails: (mails ?? []).map(({ text, ...mail }) => ({ ...mail, pieces: piecesOf(text) })),
  };
  return { template: '/development/mailbox', title: 'Mailbox', data };
}

/** A text taken apart, so that its links can be followed. */
function piecesOf(text: string): { text: string; isLink: boolean }[] {
  return text.split(/(https?:\/\/\S+)/).map((piece, index) => ({ text: piece, isLink: index % 2 === 1 }));
}
