/** The walk through every letter, as a mail program shows it. */
import path from 'node:path';
import { createMessageRenderer, type MessageContent } from '../../../src/mail/message.ts';
import { everyLetter } from '../../support/every-letter.ts';
import type { Walk } from './pictures.ts';

const render = createMessageRenderer(path.resolve(import.meta.dirname, '../../..'));

/** A mail with its pictures, which a browser does not find by their ids. */
export function shownMail(content: MessageContent): string {
  const { html, images = [] } = render(content);
  return images.reduce(
    (text, { id, png }) => text.replace(`cid:${id}`, `data:image/png;base64,${png.toString('base64')}`),
    html,
  );
}

export async function mails({ visit: { page }, take }: Walk): Promise<void> {
  // Where no policy of a page before forbids what mails bring with them.
  await page.goto('about:blank');
  for (const [name, content] of everyLetter()) {
    await page.setContent(shownMail(content));
    await take(name.replaceAll(/[^\w]+/g, '-'));
  }
}
