/** All pictures of one topic on one, small, to be looked at side by side. Knows pictures, and nothing of what they show. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';

/** A state and its pictures, from narrow to wide, each in light and in dark. */
export type Row = { name: string; files: string[] };

/** Pixels, so that text can still be read; what is longer than a screen or two is cut off. */
const heights = 620;
const style = `
  body { margin: 24px; width: max-content; font: 14px sans-serif; background: #777; color: #fff }
  h1 { font-size: 22px } h2 { margin: 20px 0 6px; font-size: 14px; font-weight: 600 }
  section { display: flex; gap: 12px; align-items: flex-start }
  div { max-height: ${heights}px; overflow: hidden }
  img { display: block } .narrow { width: 240px } .wide { width: 620px }
`;

/**
 * Draws `TOPIC.jpg`.
 *
 * @param from where the pictures are: only a page that is a file itself may show files
 */
export async function drawSheet(
  browser: Browser,
  { topic, rows, from, into }: { topic: string; rows: Row[]; from: string; into: string },
): Promise<void> {
  const sheet = path.join(from, `${topic}.html`);
  await writeFile(sheet, sheetOf(topic, rows));
  const page = await browser.newPage({ viewport: { width: 1800, height: 900 } });
  await page.goto(pathToFileURL(sheet).href);
  await page.screenshot({
    path: path.join(into, `${topic}.jpg`),
    type: 'jpeg',
    quality: 70,
    fullPage: true,
  });
  await page.close();
}

function sheetOf(topic: string, rows: Row[]): string {
  const picture = (file: string) =>
    `<div><img class="${file.includes('-360-') ? 'narrow' : 'wide'}" src="${pathToFileURL(file).href}"></div>`;
  const sections = rows.map(
    ({ name, files }) => `<h2>${name}</h2><section>${files.map(picture).join('')}</section>`,
  );
  return `<!doctype html><meta charset="utf-8"><style>${style}</style><h1>${topic}</h1>${sections.join('')}`;
}
