/** One link of each kind that is mailed, of one account, all of them working. Knows operations; looks into no mail. */
import { paths } from '../../src/paths.ts';
import { type Actor, actingIn, createActor, place } from './acting.ts';
import type { TestApp } from './app.ts';
import { cheapHash } from './cheap-hash.ts';

export type MailedLink = { kind: string; secret: string; path: string };

let times = 0;

/** @param running with a mail server in its settings, whether it is there or not */
export async function oneLinkOfEachKind(running: TestApp): Promise<{ owner: Actor; links: MailedLink[] }> {
  const { operations } = running.app;
  const owner = await createActor(running);
  const [newcomer, later] = [`newcomer-${++times}@example.org`, `later-${times}@example.org`];
  await owner.createPasskey();
  const lockdown = await owner.newestLink('lockdown');
  const passwordHash = await cheapHash('chosen-for-these-tests');
  await operations.beginSignUp(`browser of ${newcomer}`, { email: newcomer, passwordHash }, place);
  await operations.requestConfirmation(owner.requester, owner.email, place);
  await operations.requestReset(owner.email, place);
  await operations.requestKnownDevice(owner.email, place);
  await operations.requestEmailChange(owner.requester, later, place);
  const signUp = await actingIn(running).newestSecret('sign-up', newcomer);
  const made: [kind: string, secret: string, path: (secret: string) => string][] = [
    ['a sign-up', signUp, paths.verifyEmail],
    ['a new password', await owner.newestLink('reset-password'), paths.resetPassword],
    ['a known browser', await owner.newestLink('known-device'), paths.useKnownDevice],
    ['another address', await owner.newestLink('change-email', later), paths.confirmEmail],
    ['"This wasn’t me"', lockdown, paths.lockdown],
  ];
  return { owner, links: made.map(([kind, secret, path]) => ({ kind, secret, path: path(secret) })) };
}
