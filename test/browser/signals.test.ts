/** What password managers are told, by what the authenticator itself reports that it did. */
import { afterEach, expect, it } from 'vitest';
import { PasskeyServiceFault } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import { deletedElsewhere, ownsMany, signalsAreOver, soon, userIdOf } from './support/account-steps.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, signsInUnseen } from './support/steps.ts';

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

/** Every page of somebody who is signed in tells what the dashboard does; this one lists no passkeys. */
async function opensAnyPage({ page, open }: Visit): Promise<void> {
  await open(paths.data);
  await signalsAreOver(page);
}

async function isAsItWas({ authenticator }: Visit): Promise<void> {
  expect(await authenticator.passkeys()).toHaveLength(1);
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
  await visit.open(paths.deletePasskey(id));
  await soon(() => visit.authenticator.updated.at(-1)).toEqual({
    userName: email,
    userDisplayName: email,
  });
  await isAsItWas(visit);
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
  await signsInUnseen({ ...visit, person: other.person });
  await opensAnyPage(visit);
  await isAsItWas(visit);
  await signsInUnseen(visit);
  await opensAnyPage(visit);
  await soon(() => visit.authenticator.deleted).toEqual([id]);
});

it('nothing is deleted while the passkey service does not answer, nor while the second page of the list cannot be read', async () => {
  const visit = await stage.visit();
  visit.expectReport(/status of 503/);
  const id = await ownsPasskey(visit);
  await signsInUnseen(visit);
  await ownsMany(stage.app(), visit, 130);
  await deletedElsewhere(stage.app(), id);
  for (const part of ['/credentials', '&page=2&']) {
    unreadable = part;
    const [answer] = await Promise.all([
      visit.page.waitForResponse(`**${paths.passkeySignals}`),
      opensAnyPage(visit),
    ]);
    expect(answer.status(), part).toBe(503);
    await isAsItWas(visit);
  }
  unreadable = undefined;
  await opensAnyPage(visit);
  await soon(() => visit.authenticator.deleted, 'once it can be read').toEqual([id]);
});
