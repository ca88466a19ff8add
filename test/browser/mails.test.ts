/** Every letter as a mail program shows it, and the mailbox in which developers look at it. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { createDevelopmentTools } from '../../src/development/development-tools.ts';
import { createMailbox } from '../../src/mail/mailbox.ts';
import { createMailer } from '../../src/mail/mailer.ts';
import { createMessageRenderer } from '../../src/mail/message.ts';
import { paths } from '../../src/paths.ts';
import { everyLetter } from '../support/every-letter.ts';
import { isAccessible } from './support/axe.ts';
import { faultsOfLayout, fits } from './support/layout.ts';
import { shownMail } from './support/mail-pictures.ts';
import { drawMark } from './support/mark.ts';
import { useStage } from './support/stage.ts';
import { seesHeading } from './support/steps.ts';

const root = path.resolve(import.meta.dirname, '../..');
const render = createMessageRenderer(root);
const directory = mkdtempSync(path.join(tmpdir(), 'latchkey-test-'));
const mailbox = createMailbox(directory);
const stage = useStage({
  development: createDevelopmentTools({ root, mailbox, origin: 'http://localhost:3000' }),
});
afterAll(() => rm(directory, { recursive: true }));

it('every letter fits narrow and wide windows, has buttons for fingers, is accessible in light and dark, and has the logo for its mark', async () => {
  const { page } = await stage.visit();
  const [mark] = render({ subject: '', paragraphs: [] }).images ?? [];
  expect(mark?.png.equals(await drawMark(page, root)), 'run: npm run mark').toBe(true);
  // Where no policy of a page before forbids what mails bring with them.
  await page.goto('about:blank');
  const looked = new Set<string>();
  for (const [name, content] of everyLetter()) {
    await page.setContent(shownMail(content));
    // Letters that are made of the same parts differ in words alone, and words that fit a narrow window fit a wide one.
    const parts = Object.keys(content).join(', ');
    const isNew = !looked.has(parts);
    for (const width of isNew ? [600, 320] : [320]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await faultsOfLayout(page), `${name} at ${width} px`).toEqual({ beyond: 0, cut: [], small: [] });
    }
    const buttons = await heightsOfButtons(page);
    expect(buttons, name).toHaveLength(Number('action' in content) + Number('notMe' in content));
    expect(Math.min(44, ...buttons), name).toBe(44);
    if (isNew) await isAccessible(page, name);
    looked.add(parts);
  }
});

it('the mailbox of development shows a letter as it comes, whose button works and whose scripts do not', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  const mailer = createMailer({ from: 'no-reply@localhost', host: 'localhost', mailbox });
  const action = { text: 'Go to sign in', url: visit.origin + paths.login };
  const { html, ...letter } = render({ subject: 'Letter', paragraphs: ['Hello.'], action });
  const script = '<script>document.title = "ran"</script>';
  await mailer.send({
    id: 'letter',
    to: 'ada@example.com',
    ...letter,
    html: html.replace('</body>', script),
  });
  visit.expectReport(/Blocked script execution/);
  // Of axe, which asks each frame whether it is there as well: this one is of another origin, and is not.
  visit.expectReport(/'postMessage' on 'DOMWindow'/);
  await visit.open('/dev/mailbox');
  const shown = page.frameLocator('iframe[title="Letter, as HTML"]');
  await shown.getByRole('heading', { name: 'Hello.' }).waitFor();
  expect(await shown.locator('title').textContent()).toBe('Letter');
  expect(
    await shown.locator('img').evaluate((image: HTMLImageElement) => [image.complete, image.naturalWidth]),
  ).toEqual([true, 84]);
  const opened = page.context().waitForEvent('page');
  await shown.getByRole('link', { name: action.text }).click();
  await seesHeading(await opened, 'Sign in');
  await page.getByText('As text').click();
  await page.getByText('Go to sign in:').waitFor();
  await isAccessible(page, 'mailbox');
  await fits(page, 'mailbox');
});

async function heightsOfButtons(page: Page): Promise<number[]> {
  const boxes = await page
    .locator('.button, .second')
    .evaluateAll((buttons) => buttons.map((button) => button.getBoundingClientRect().height));
  return boxes.map(Math.round);
}
