/** The permission to have a passkey made automatically is good once: what else is said of it is in test/application. */
import { beforeAll, expect, it } from 'vitest';
import type { TestApp } from '../../support/app.ts';
import { rowCounts, signedInByPassword } from '../../support/request.ts';
import { startTwice } from '../../support/two-processes.ts';
import { askForUpgrade } from '../../support/upgrade.ts';
import { createWire } from '../../support/wire.ts';

const wire = createWire();
let running: TestApp;
let second: TestApp;
beforeAll(async () => {
  const both = await startTwice({ wrapTransport: wire.wrapTransport });
  ({ first: running, second } = both);
  return both.close;
});

it('[ASVS 2.3.4] of fifty starts at once in two processes one has it', async () => {
  const cookie = await signedInByPassword(running);
  const before = await rowCounts(running);
  wire.calls.length = 0;
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => askForUpgrade(index % 2 ? second : running, cookie)),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const others = answers.filter(({ status }) => status !== 200);
  expect(new Set(others.map(({ text }) => JSON.parse(text).code))).toEqual(new Set(['upgrade_not_allowed']));
  expect(String(others.map(({ headers }) => headers['set-cookie']))).not.toContain('ceremony');
  expect(wire.calls.filter((call) => call === 'POST registration/initialize')).toHaveLength(1);
  expect(await rowCounts(running)).toEqual({
    ...before,
    used_challenges: (before.used_challenges ?? 0) + 1,
  });
});
