/** The part of the canaries' walk that is about proofs: an automatic upgrade, step-ups, signals, events, ended sessions. */
import { paths } from '../../src/paths.ts';
import { person, type TestApp } from './app.ts';
import { keep, keepCookies, keepTexts } from './secrets.ts';
import { unattended } from './upgrade.ts';
import { createVisitor, type Visitor } from './visitor.ts';

/** One of each event, and of each refusal that is one. */
export async function walkThroughProofs(running: TestApp): Promise<void> {
  const authenticator = unattended();
  const [here, elsewhere] = [createVisitor(running, authenticator), createVisitor(running, authenticator)];
  keepCookies(await here.signIn());
  const id = await upgrade(here, running.origin);
  Object.assign(authenticator.flags, { userPresent: true, userVerified: true, backedUp: false });
  await elsewhere.signInWithPasskey();
  authenticator.flags.backedUp = true;
  await elsewhere.signOut();
  keepCookies(await elsewhere.signInWithPasskey());

  await stepUp(here, running.origin);
  await tellEvents(here);
  keep('a user handle', (await here.get(paths.passkeySignals)).body.userId);
  await here.postForm(paths.automaticPasskeys);
  await here.postForm(paths.declineLocalPasskey);
  await here.postForm(paths.deletePasskey(id), { end_sessions: 'yes' });
}

async function upgrade({ postJson, authenticator }: Visitor, origin: string): Promise<string> {
  const start = await postJson(paths.passkeyRegistration, { start: true, conditional: true });
  keepCookies(start);
  keep('a challenge', start.body.createOptions.publicKey.challenge);
  const credential = authenticator.create(start.body.createOptions, origin);
  keepTexts('a part of a credential', credential.response);
  const { body } = await postJson(paths.passkeyRegistration, { finish: true, credential });
  return body.passkey.id;
}

/** By password, wrong and right, and then by passkey. */
async function stepUp({ postForm, postJson, authenticator }: Visitor, origin: string): Promise<void> {
  keep('a wrong password', 'wrong-password-at-the-step-up');
  await postForm(paths.reauth, { password: 'wrong-password-at-the-step-up' });
  keepCookies(await postForm(paths.reauth, { password: person.password }));
  const start = await postJson(paths.passkeyReauth, { start: true });
  keepCookies(start);
  keep('a challenge', start.body.loginOptions.publicKey.challenge);
  const credential = authenticator.get(start.body.loginOptions, origin);
  keepTexts('a part of an assertion', credential.response);
  keepCookies(await postJson(paths.passkeyReauth, { finish: true, credential }));
}

async function tellEvents({ postJson }: Visitor): Promise<void> {
  const event = { ceremony: 'sign-in', errorName: 'NotAllowedError', ms: 12 };
  keep('what an event must not have', 'canary-in-an-event');
  await postJson(paths.passkeyEvents, { ...event, credential: 'canary-in-an-event' });
  await postJson(paths.passkeyEvents, { ...event, errorName: 'canary-in-an-event' });
}
