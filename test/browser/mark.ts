/** The mark of the mails, drawn from the logo, which as SVG few mail programs show: npm run mark */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { launchBrowser } from '../support/browser.ts';
import { drawMark } from './support/mark.ts';

const root = path.resolve(import.meta.dirname, '../..');
const browser = await launchBrowser();
try {
  const page = await browser.newPage();
  await writeFile(path.join(root, 'views/mail/mark.png'), await drawMark(page, root));
} finally {
  await browser.close();
}
