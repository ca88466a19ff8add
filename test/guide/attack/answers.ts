/** Attacks with answers of passkeys: somebody else's, the same one twice, from a device that knows no user. */
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import { type Attack, atOnce, gotThrough, type Stage } from './attack.ts';
import type { Browser } from './browser.ts';

export const replay: Attack = {
  name: 'replay',
  tells: 'Ada’s answer is copied on its way, and sent from the browser of somebody else',
  async outcome(stage) {
    const { ada } = stage.contract;
    const { device } = await stage.owned(ada);
    const [hers, copy] = [stage.open('ada'), stage.open('eve')];
    // The thief's browser has begun a sign-in of its own, so that the app knows it.
    await copy.startSigningIn();
    const answer = device.get(await hers.startSigningIn(), stage.origin);
    await copy.finishSigningIn(answer);
    await hers.finishSigningIn(answer);
    const late = copy.twin();
    await late.finishSigningIn(answer);
    return gotThrough((await copy.gotInAs(ada)) || (await late.gotInAs(ada)));
  },
};

export const fiveAtOnce: Attack = {
  name: 'five-at-once',
  tells: 'one answer is sent five times at the same moment, for five sessions',
  async outcome(stage) {
    const { ada } = stage.contract;
    const { device } = await stage.owned(ada);
    const browser = stage.open('ada');
    const answer = device.get(await browser.startSigningIn(), stage.origin);
    const five = Array.from({ length: 5 }, () => browser.twin());
    const requests = five.map((one) => () => one.finishSigningIn(answer));
    await atOnce(stage, requests);
    const sessions = new Set<string>();
    for (const one of five) {
      const isIn = sessions.size > 0 ? await one.gotInAs(ada) : await one.isSignedInAs(ada);
      if (isIn) sessions.add(one.cookies());
    }
    return gotThrough(sessions.size > 1);
  },
};

export const eveOnAda: Attack = {
  name: 'eve-on-ada',
  tells: 'Eve has seen what Ada’s browser was sent to create a passkey, and answers it with her own device',
  async outcome(stage) {
    const { ada, eve } = stage.contract;
    const options = await (await stage.signedIn(ada)).startCreating();
    const hers = await stage.signedIn(eve);
    await hers.startCreating();
    const device = createAuthenticator();
    const answer = device.create(options, stage.origin);
    stage.made(answer.id);
    await hers.finishCreating(answer);
    const browser = stage.open('eve');
    await browser.signInWithPasskey(device);
    return gotThrough(await browser.gotInAs(ada));
  },
};

export const evePastTheApp: Attack = {
  name: 'eve-past-the-app',
  tells:
    'Eve answers what Ada’s browser was sent with her own device, and tells the API itself, which asks for no key',
  async outcome(stage) {
    const { ada } = stage.contract;
    const device = await pastTheApp(stage, await stage.signedIn(ada));
    const browser = stage.open('eve');
    await browser.signInWithPasskey(device);
    return gotThrough(await browser.gotInAs(ada));
  },
};

/** A new device with a passkey of whoever is signed in there, of which the app has not heard. */
export async function pastTheApp(stage: Stage, browser: Browser): Promise<Authenticator> {
  const device = createAuthenticator();
  const answer = device.create(await browser.startCreating(), stage.origin);
  await stage.api.finishRegistration(answer);
  stage.made(answer.id);
  return device;
}

export const noUserVerification: Attack = {
  name: 'no-user-verification',
  tells: 'somebody has found Ada’s security key and touches it, without its PIN',
  async outcome(stage) {
    const { ada } = stage.contract;
    const { device } = await stage.owned(ada);
    const browser = stage.open('eve');
    device.flags.userVerified = false;
    await browser.signInWithPasskey(device).finally(() => {
      device.flags.userVerified = true;
    });
    return gotThrough(await browser.gotInAs(ada));
  },
};

export const keptSession: Attack = {
  name: 'kept-session',
  tells:
    'Eve leaves her session in a browser, waits for Ada to sign in there, and looks what her own cookie shows',
  async outcome(stage) {
    const { ada, eve } = stage.contract;
    const { device } = await stage.owned(ada);
    const kept = await stage.signIn(eve);
    const shared = kept.twin('ada');
    await shared.signInWithPasskey(device);
    return gotThrough(await kept.gotInAs(ada));
  },
};
