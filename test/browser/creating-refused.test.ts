/** The device has made a key that the server does not take. */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import {
  confirmWithPassword,
  finishMeets,
  proofGrowsOld,
  soon,
  storedPasskeys,
} from './support/account-steps.ts';
import { letThrough } from './support/interception.ts';
import { finishIsRefused } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveSignedIn,
  button,
  createPasskey,
  isTold,
  passkeyList,
  seesHeading,
  seesNoTechnicalWords,
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

describe('a key that the server did not take', () => {
  it('goes from the device too, the person is told why, and the next try works', async () => {
    const visit = await arrive();
    const { page, authenticator } = visit;
    const rows = [
      [422, 'not_verified', 'That passkey could not be verified. It was not saved here.'],
      [422, 'uv_required', 'Unlock your device with PIN, fingerprint or face.'],
      [400, 'invalid_request', notSaved],
      [403, 'foreign_origin', notSaved],
      [409, 'challenge_expired', notSaved],
      [429, 'too_many_requests', 'Too many tries. Try again in 7 s.'],
      [500, 'internal_error', notSaved],
      [503, 'service_unavailable', notSaved],
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
    await visit.open(paths.dashboard);
    expect(await passkeyList(page).count()).toBe(0);
    await letThrough(page, paths.passkeyRegistration);
    await createPasskey(visit);
    expect(authenticator.deleted).toHaveLength(rows.length);
  });

  it('because it never arrived goes from the device too', async () => {
    const visit = await arrive();
    await finishMeets(visit, (route) => route.abort());
    await button(visit.page, name).click();
    await isTold(visit.page, 'alert', notSaved);
    await forgetsTheKey(visit);
    expect(await storedPasskeys(stage.app(), visit)).toEqual([]);
  });

  it('because the proof of identity grew old meanwhile goes too, and after a new proof all is well', async () => {
    const visit = await arrive();
    await finishMeets(visit, async (route) => {
      await proofGrowsOld(stage.app(), visit);
      await route.continue();
    });
    await button(visit.page, name).click();
    await seesHeading(visit.page, 'Confirm it’s you');
    await forgetsTheKey(visit);
    expect(await storedPasskeys(stage.app(), visit)).toEqual([]);
    await letThrough(visit.page);
    await confirmWithPassword(visit);
    await seesHeading(visit.page, 'Dashboard');
    await createPasskey(visit);
    expect(visit.authenticator.deleted).toHaveLength(1);
    expect(await visit.authenticator.passkeys()).toHaveLength(1);
  });
});
