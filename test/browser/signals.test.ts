/** What password managers are told, by what the authenticator itself reports that it did. */
import { afterEach, describe, expect, it } from 'vitest';
import { PasskeyServiceFault } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import {
  deletedElsewhere,
  opensDashboard,
  ownsMany,
  signalsAreOver,
  soon,
  userIdOf,
} from './support/account-steps.ts';
import { intercept, letThrough } from './support/interception.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveSignedIn,
  arriveWithPasskey,
  button,
  isTold,
  signInWithPasskey,
  signsInUnseen,
} from './support/steps.ts';

/** The part of an address of the service that it does not answer. */
let unreadable: string | undefined;
const stage = useStage({
  wrapTransport: (transport) => ({
    ...transport,
    fetch: (url, init) => {
      if (unreadable && String(url).includes(unreadable)) throw new PasskeyServiceFault('network');
      return transport.fetch(url, init);
    },
  }),
});

afterEach(() => {
  unreadable = undefined;
});

const db = () => stage.app().database.db;

async function isAsItWas({ authenticator }: Visit, passkeys = 1): Promise<void> {
  expect(await authenticator.passkeys()).toHaveLength(passkeys);
  expect(authenticator.deleted).toEqual([]);
}

it('tells the password manager the new email address on the next page, and to forget a passkey that is deleted', async () => {
  const visit = await stage.visit();
  const id = await ownsPasskey(visit);
  await signsInUnseen(visit);
  const email = `new.${visit.person.email}`;
  await db()('users')
    .where({ id: await userIdOf(stage.app(), visit) })
    .update({ email });
  await visit.open(paths.dashboard);
  await soon(() => visit.authenticator.updated.at(-1)).toEqual({
    userName: email,
    userDisplayName: email,
  });
  await isAsItWas(visit);
  await visit.open(paths.deletePasskey(id));
  await button(visit.page, 'Delete').click();
  await visit.page.getByText('Passkey deleted.').waitFor();
  await soon(() => visit.authenticator.deleted).toEqual([id]);
  expect(await visit.authenticator.passkeys()).toEqual([]);
});

it('a passkey that is deleted on another computer goes from this one’s at the next sign-in, and nothing is deleted for somebody else who signs in on the same computer', async () => {
  const visit = await stage.visit();
  const other = await stage.visit();
  const id = await ownsPasskey(visit);
  await deletedElsewhere(stage.app(), id);
  await opensDashboard(visit);
  await isAsItWas(visit);
  await arriveSignedIn({ ...visit, person: other.person });
  await signalsAreOver(visit.page);
  await isAsItWas(visit);
  await arriveSignedIn(visit);
  await soon(() => visit.authenticator.deleted).toEqual([id]);
});

describe('nothing is deleted', () => {
  it.each([
    ['the passkey service does not answer', '/credentials'],
    ['the second page of the list cannot be read', '&page=2&'],
  ])('while %s', async (_, part) => {
    const visit = await stage.visit();
    visit.expectReport(/status of 503/);
    const id = await ownsPasskey(visit);
    await signsInUnseen(visit);
    await ownsMany(stage.app(), visit, 130);
    await deletedElsewhere(stage.app(), id);
    unreadable = part;
    const [answer] = await Promise.all([
      visit.page.waitForResponse(`**${paths.passkeySignals}`),
      opensDashboard(visit),
    ]);
    expect(answer.status()).toBe(503);
    await isAsItWas(visit);
    unreadable = undefined;
    await opensDashboard(visit);
    await soon(() => visit.authenticator.deleted, 'once it can be read').toEqual([id]);
  });

  it('after a sign-in whose signature is wrong', async () => {
    const visit = await stage.visit();
    const { page } = visit;
    visit.expectReport(/status of 401/);
    await arriveWithPasskey(visit);
    await intercept(page, paths.passkeyLogin, async (route) => {
      const posted = route.request().postDataJSON();
      if (posted.finish) posted.credential.response.signature = wrong(posted.credential.response.signature);
      await route.continue({ postData: JSON.stringify(posted) });
    });
    await button(page, 'Sign in with a passkey').click();
    await isTold(
      page,
      'alert',
      'That passkey could not be verified. Use your password instead. Lost your passkey?',
    );
    await isAsItWas(visit);
    await letThrough(page);
    await signInWithPasskey(visit);
  });
});

/** The last byte of a DER signature is part of a number: it stays well-formed. */
function wrong(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes.toString('base64url');
}
