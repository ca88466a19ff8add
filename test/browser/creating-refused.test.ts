/** The device has made a key that the server does not take, or does not say that it has. */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { finishMeets, proofGrowsOld, soon, storedPasskeys } from './support/account-steps.ts';
import { intercept, letThrough } from './support/interception.ts';
import { finishIsRefused } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveSignedIn,
  button,
  isTold,
  passkeyList,
  seesHeading,
  seesNoTechnicalWords,
  signsInUnseen,
} from './support/steps.ts';

const stage = useStage();
const name = 'Create a passkey';
const notSaved = 'The passkey was not saved. Try again.';

async function arrive(): Promise<Visit> {
  const visit = await stage.visit();
  visit.expectReport(/status of [45]\d\d|ERR_FAILED/);
  await arriveSignedIn(visit);
  return visit;
}

/** The authenticator itself says that it has removed what it made. */
async function forgetsTheKey({ authenticator }: Visit, times = 1): Promise<void> {
  await soon(() => authenticator.deleted.length).toBe(times);
  expect(await authenticator.passkeys()).toEqual([]);
}

const saved = 'Your passkey was saved. See your passkeys';

async function listIsLost({ page }: Visit): Promise<void> {
  await intercept(page, paths.passkeySignals, (route) => route.abort());
}

/** It is still there, and this test takes it away before the next. @param times how often that has happened */
async function keepsTheKey({ authenticator }: Visit, times: number): Promise<void> {
  expect(await authenticator.passkeys()).toHaveLength(1);
  expect(authenticator.deleted).toHaveLength(times);
  await authenticator.clear();
  await soon(() => authenticator.deleted).toHaveLength(times + 1);
}

it('a key stays when the same finish was sent twice, when it is registered already, when the list cannot be read, and when the server has it although its answer was lost: then the page says so and leads to it', async () => {
  const visit = await arrive();
  const { page, authenticator } = visit;
  const statuses: number[] = [];
  await finishMeets(visit, async (route) => {
    statuses.push((await route.fetch()).status());
    await route.continue();
  });
  await button(page, name).click();
  await isTold(page, 'status', saved);
  expect(statuses).toEqual([200]);
  expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);
  await keepsTheKey(visit, 0);

  await finishIsRefused(page, paths.passkeyRegistration, { status: 409, code: 'already_registered' });
  await button(page, name).click();
  await isTold(page, 'status', 'You already have a passkey in this password manager. See your passkeys');
  await keepsTheKey(visit, 1);

  await listIsLost(visit);
  await finishIsRefused(page, paths.passkeyRegistration, { status: 500, code: 'internal_error' });
  await button(page, name).click();
  await isTold(page, 'alert', 'Something went wrong. Try again.');
  await keepsTheKey(visit, 2);

  // The server has this one, and the person is told of the connection.
  await finishMeets(visit, async (route) => {
    await route.fetch();
    await route.abort();
  });
  await button(page, name).click();
  await isTold(page, 'alert', 'We could not be reached. Check your connection and try again.');
  expect(await storedPasskeys(stage.app(), visit)).toHaveLength(2);
  await keepsTheKey(visit, 3);

  await letThrough(page, paths.passkeySignals);
  await button(page, name).click();
  await isTold(page, 'status', saved);
  expect(authenticator.deleted).toHaveLength(4);
  await page.getByRole('link', { name: 'See your passkeys' }).click();
  await page.getByText('Passkey saved in').waitFor();
  expect(await passkeyList(page).count()).toBe(3);
  expect(await authenticator.passkeys()).toHaveLength(1);
  expect(authenticator.deleted).toHaveLength(4);
});

// Last, as a clock that was installed stays in a browser profile, which nobody has again.
describe('a key that the server did not take', () => {
  it('goes from the device too, and the person is told why: because it is refused, because it never arrived, because what came back is no answer, because it came in pieces, or because the proof of identity grew old meanwhile', async () => {
    const visit = await arrive();
    const { page } = visit;
    await page.clock.install();
    const rows = [
      [422, 'not_verified', 'That passkey could not be verified, so it was not saved.'],
      [409, 'challenge_expired', notSaved],
      [429, 'too_many_requests', 'Too many attempts. Try again in 7 seconds.'],
      [503, 'passkey_service_unavailable', 'Passkeys are not available right now. Try again later.'],
    ] as const;
    for (const [index, [status, code, text]] of rows.entries()) {
      await finishIsRefused(page, paths.passkeyRegistration, { status, code });
      await button(page, name).click();
      await forgetsTheKey(visit, index + 1);
      await isTold(page, 'alert', text);
      await seesNoTechnicalWords(page);
      expect(await button(page, name).getAttribute('aria-disabled')).toBeNull();
    }
    expect(await storedPasskeys(stage.app(), visit)).toEqual([]);
    const reported: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith(paths.passkeyEvents)) reported.push(request.url());
    });
    const isNotSaved = async (times: number) => {
      await button(page, name).click();
      await forgetsTheKey(visit, times);
      await isTold(page, 'alert', notSaved);
      expect(await button(page, name).getAttribute('aria-disabled')).toBeNull();
    };
    // No answer of ours, in whatever way.
    const answers = [
      { status: 200, contentType: 'text/html', body: '<!doctype html><title>Sign in to the hotel</title>' },
      { status: 200, contentType: 'application/json', body: 'null' },
    ];
    for (const [index, answer] of answers.entries()) {
      await finishMeets(visit, (route) => route.fulfill(answer));
      await isNotSaved(rows.length + index + 1);
    }
    await finishMeets(visit, (route) => route.abort());
    const refused = rows.length + answers.length + 1;
    await isNotSaved(refused);
    expect(reported).toEqual([]);
    await letThrough(page);
    await page.evaluate(() => {
      const real = CredentialsContainer.prototype.create;
      const pieces = [{ response: undefined }, { rawId: undefined }, { type: undefined }, { response: {} }];
      CredentialsContainer.prototype.create = async function (options) {
        const { id, rawId, type, response } = (await real.call(this, options)) as PublicKeyCredential;
        const made = { id, rawId, type, response };
        const broken = pieces.shift();
        return (broken ? { ...made, ...broken } : made) as never;
      };
    });
    for (const times of [1, 2, 3, 4]) {
      await button(page, name).click();
      await forgetsTheKey(visit, refused + times);
      await page
        .getByRole('alert')
        .filter({ hasText: /was not saved/ })
        .waitFor();
      expect(await button(page, name).getAttribute('aria-disabled')).toBeNull();
    }
    expect(page.url()).toBe(visit.origin + paths.dashboard);
    expect(await storedPasskeys(stage.app(), visit)).toEqual([]);

    await finishMeets(visit, async (route) => {
      await proofGrowsOld(stage.app(), visit);
      await route.continue();
    });
    await button(page, name).click();
    await seesHeading(page, 'Confirm it’s you');
    await forgetsTheKey(visit, refused + 5);
    expect(await storedPasskeys(stage.app(), visit)).toEqual([]);

    // Whatever becomes of what its password manager is told, the person is told in time.
    await signsInUnseen(visit);
    await visit.open(paths.dashboard);
    const signals = {
      'never settles': () => {
        const never = () => new Promise(() => {});
        Object.assign(PublicKeyCredential, { signalUnknownCredential: never });
      },
      throws: () => {
        const fails = () => {
          throw new TypeError('Illegal invocation');
        };
        Object.assign(PublicKeyCredential, { signalUnknownCredential: fails });
      },
      rejects: () => {
        const refuses = () => Promise.reject(new DOMException('Unknown internal error.', 'UnknownError'));
        Object.assign(PublicKeyCredential, { signalUnknownCredential: refuses });
      },
    };
    await letThrough(page);
    await finishIsRefused(page, paths.passkeyRegistration, { status: 422, code: 'not_verified' });
    await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 10_000);
    for (const signal of Object.values(signals)) {
      await page.evaluate(signal);
      await Promise.all([page.waitForResponse(`**${paths.passkeySignals}`), button(page, name).click()]);
      await atRest(page);
      await page.clock.runFor(150);
      await isTold(page, 'alert', 'That passkey could not be verified, so it was not saved.');
      await visit.authenticator.clear();
    }
  });
});
