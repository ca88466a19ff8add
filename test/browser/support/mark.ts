/** The mark as mails carry it: a picture of the logo, three times as large as it is shown. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { brand } from '../../../src/brand.ts';
import { inBrandColours } from '../../../src/brand-rules.ts';

const size = 84;

/** @param root the project directory. @returns a PNG, transparent where the logo is */
export async function drawMark(page: Page, root: string): Promise<Buffer> {
  const logo = inBrandColours(await readFile(path.join(root, 'views/partials/logo.svg'), 'utf8'), brand);
  // Where no policy of a page before forbids styles and pictures in the text.
  await page.goto('about:blank');
  await page.setViewportSize({ width: size, height: size });
  const source = `data:image/svg+xml;base64,${Buffer.from(logo).toString('base64')}`;
  await page.setContent(
    `<body style="margin:0"><img src="${source}" alt="" width="${size}" height="${size}" style="display:block">`,
  );
  await page.locator('img').evaluate((image: HTMLImageElement) => image.decode());
  return page.screenshot({ omitBackground: true });
}
