/**
 * A Chromium for tests and screenshots. First CHROMIUM_PATH; then, on Linux x64, the one of @sparticuz/chromium with
 * its own font, so that everybody measures the same browser and the same text; then an installed Chrome or Chromium.
 * Knows nothing of the application.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

const root = path.resolve(import.meta.dirname, '../..');

/** A name that leads to this machine and, unlike localhost, is no secure context over http. */
export const insecureHost = 'latchkey.test';

const quiet = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Network and drawing in the browser's own process, as on small devices: nothing to see of it on a page, and an eighth
 * less work. Chromium hears only the last list of features, so that the two that Playwright switches on stand here too.
 */
const inOneProcess = [
  '--in-process-gpu',
  '--enable-features=NetworkServiceInProcess2,CDPScreenshotNewSurface,SkipListAccountsWithoutGaiaCookies',
];

const installed = [
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

type Found = { executablePath: string; env?: Record<string, string> };

/**
 * Starts a headless browser.
 *
 * @param options.restoresPages keeps left pages in memory for the back button, as people's browsers do
 * @param options.trusts SHA-256 of the public key of a certificate that no authority of the browser has signed
 * @param options.debuggedAt a loopback port where it takes orders of another program, too
 * @throws {Error} with what to do when there is none: a suite without a browser has failed, not been skipped
 */
export async function launchBrowser(
  options: { restoresPages?: boolean; trusts?: string; debuggedAt?: number } = {},
): Promise<Browser> {
  const { args = [], ...others } = await launchOptions();
  const trusted = options.trusts ? [`--ignore-certificate-errors-spki-list=${options.trusts}`] : [];
  const debugged = options.debuggedAt ? [`--remote-debugging-port=${options.debuggedAt}`] : [];
  return chromium.launch({
    ...others,
    args: [...args, ...trusted, ...debugged],
    ...(options.restoresPages ? { ignoreDefaultArgs: ['--disable-back-forward-cache'] } : {}),
  });
}

async function launchOptions(): Promise<LaunchOptions> {
  const { executablePath, env } = await findChromium();
  return {
    executablePath,
    args: ['--no-sandbox', ...quiet, ...inOneProcess, `--host-resolver-rules=MAP ${insecureHost} 127.0.0.1`],
    env: { ...process.env, ...env },
    timeout: 20_000,
  };
}

async function findChromium(): Promise<Found> {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen && !existsSync(chosen))
    throw new Error(`CHROMIUM_PATH is ${chosen}, and there is no such file.`);
  if (chosen) return { executablePath: chosen };
  if (process.platform === 'linux' && process.arch === 'x64') return packagedChromium();
  const executablePath = installed.find((file) => existsSync(file));
  if (executablePath) return { executablePath };
  throw new Error(
    'No browser found: install Chrome or Chromium, or set CHROMIUM_PATH to the executable of one.',
  );
}

/** Unpacked once for each version. Whoever is ready first provides it, as a whole; the others throw theirs away. */
async function packagedChromium(): Promise<Found> {
  const manifest = path.join(root, 'node_modules/@sparticuz/chromium/package.json');
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const cache = path.join(root, 'node_modules/.cache');
  const directory = path.join(cache, `chromium-${version}-and-libraries`);
  if (!existsSync(directory)) {
    await mkdir(cache, { recursive: true });
    const own = await mkdtemp(path.join(cache, 'unpacking-'));
    await unpack(own);
    await rename(own, directory).catch(() => rm(own, { recursive: true }));
  }
  return {
    executablePath: path.join(directory, 'chromium'),
    env: {
      FONTCONFIG_FILE: await fontConfiguration(directory),
      // For a machine without the few libraries that browsers expect of a desktop.
      LD_LIBRARY_PATH: path.join(directory, 'al2023/lib'),
    },
  };
}

/**
 * In a process of its own, because the package unpacks to wherever TMPDIR says, and its libraries only for whom it
 * takes for AWS Lambda.
 */
async function unpack(directory: string): Promise<void> {
  const script = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    env: { ...process.env, TMPDIR: directory, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
    timeout: 60_000,
  });
}

async function fontConfiguration(directory: string): Promise<string> {
  const file = path.join(directory, 'fonts.conf');
  const content = `<?xml version="1.0"?>
<fontconfig><dir>${directory}/fonts</dir><cachedir>${directory}/font-cache</cachedir></fontconfig>
`;
  if (!existsSync(file)) await writeFile(file, content);
  return file;
}
