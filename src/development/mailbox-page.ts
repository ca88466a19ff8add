/** GET /dev/mailbox: the mails that development keeps instead of sending them. Must not know what they are about. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Kept, Mailbox } from '../mail/mailbox.ts';
import { paths } from '../paths.ts';
import { dateTimeWords } from '../times.ts';
import type { AppContext, AppRouter } from '../web/http/context.ts';
import type { Page } from '../web/http/views.ts';

export const mailboxAddress = '/dev/mailbox';
const stylesheet = '/dev/mailbox.css';
const pattern = '/dev/mailbox/:file';

/**
 * What a mail in its frame may do: show itself, and open its links in tabs of their own. Its styles are in it, as mail
 * programs want them. It is in an origin of its own, so that it reads nothing of this one.
 */
const letterPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "form-action 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-popups allow-popups-to-escape-sandbox',
].join('; ');

/**
 * Also GET /dev/mailbox/:file, one mail as its HTML, for the frame; and the stylesheet, read anew each time.
 *
 * @param root the project directory
 * @param mailbox null when mails go to a mail server
 */
export function addMailboxRoutes(router: AppRouter, root: string, mailbox: Mailbox | null): void {
  router.get(mailboxAddress, async (ctx) => {
    const policy = String(ctx.response.get('Content-Security-Policy'));
    ctx.set('Content-Security-Policy', `${policy};frame-src 'self'`);
    ctx.render(mailboxPage(mailbox && (await mailbox.list())));
  });

  router.get(pattern, async (ctx) => {
    const mail = (await mailbox?.list())?.find(({ file }) => file === ctx.params.file);
    if (mail) showLetter(ctx, mail.html);
  });

  router.get(stylesheet, async (ctx) => {
    ctx.type = 'css';
    ctx.set('Cache-Control', 'no-store');
    ctx.body = await readFile(path.join(root, 'views/development/mailbox.css'), 'utf8');
  });
}

function showLetter(ctx: AppContext, html: string): void {
  ctx.type = 'html';
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Content-Security-Policy', letterPolicy);
  ctx.set('X-Frame-Options', 'SAMEORIGIN');
  ctx.body = html.replace('<head>', '<head>\n<base target="_blank">');
}

function mailboxPage(mails: Kept[] | null): Page {
  const data = {
    reading: true,
    stylesheet,
    login: paths.login,
    sends: mails === null,
    mails: (mails ?? []).map(({ text, html, at, ...mail }) => ({
      ...mail,
      iso: at,
      when: dateTimeWords(new Date(at)),
      frame: html && `${mailboxAddress}/${encodeURIComponent(mail.file)}`,
      pieces: piecesOf(text),
    })),
  };
  return { template: '/development/mailbox', title: 'Mailbox', data };
}

/** A text taken apart, so that its links can be followed. */
function piecesOf(text: string): { text: string; isLink: boolean }[] {
  return text.split(/(https?:\/\/\S+)/).map((piece, index) => ({ text: piece, isLink: index % 2 === 1 }));
}
