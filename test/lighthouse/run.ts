/**
 * Lighthouse on the public pages of the built server, as it runs in production, on a phone and at a desk:
 * npm run lighthouse. Prints what each page reaches, and ends with 1 where that is less than 100. Outside of the suite,
 * as it takes minutes, and as its first run installs Lighthouse.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { paths } from '../../src/paths.ts';
import { startMeasured } from '../benchmarks/measuring/measured-process.ts';
import { launchBrowser } from '../support/browser.ts';
import { built } from '../support/built.ts';
import { freePort } from '../support/free-port.ts';
import { categories, type Device, devices, lighthouseAt, type Scores } from './lighthouse.ts';

/** Where anybody comes by an address without a secret in it. */
const { login, signUp, forgotPassword, forgotPasswordSent, knownDevice, lostPasskey, helpPasskeys } = paths;
const pages = [login, signUp, forgotPassword, forgotPasswordSent, knownDevice, lostPasskey, helpPasskeys];
/** A machine that is busy makes a page slower, and never faster: the best of so many looks is what the page can do. */
const looks = 3;

const debuggedAt = await freePort();
const look = await lighthouseAt(debuggedAt);
const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-lighthouse-'));
const port = await freePort();
// Browsers take localhost for as safe as https, so that no certificate is needed.
const origin = `http://localhost:${port}`;
const env = {
  ORIGIN: origin,
  DATABASE_URL: `sqlite:${path.join(directory, 'app.sqlite')}`,
  SECRET_KEYS: randomBytes(32).toString('base64url'),
  // With it people may sign up. Nobody does.
  SMTP_URL: 'smtp://127.0.0.1:9',
};
const browser = await launchBrowser({ debuggedAt });
const server = await startMeasured({ script: built('server.js'), env, firstPage: login }, port);

try {
  for (const device of devices) {
    say(['', device.padEnd(24), ...categories].join('  '));
    for (const page of pages) report(page, await best(origin + page, device));
  }
} finally {
  await browser.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
// What Lighthouse leaves open must not keep the command.
process.exit();

async function best(url: string, device: Device): Promise<Scores> {
  let found = await look(url, device);
  for (let n = 1; n < looks && found.points.performance < 100; n++) {
    const again = await look(url, device);
    if (again.points.performance > found.points.performance) found = again;
  }
  return found;
}

function report(page: string, { points, faults }: Scores): void {
  const reached = categories.map((name) => String(points[name]).padEnd(name.length));
  say(['', page.padEnd(24), ...reached].join('  '));
  if (Object.values(points).every((number) => number === 100)) return;
  process.exitCode = 1;
  for (const fault of faults) say(`    ${fault}`);
}

function say(line: string): void {
  process.stdout.write(`${line.trimEnd()}\n`);
}
