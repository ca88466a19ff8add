/** The attack on somebody's last ways in, which takes a password away and so comes last. */
import type { Authenticator } from '../../support/authenticator.ts';
import { pastTheApp } from './answers.ts';
import { type Attack, atOnce, gotThrough, type Outcome, type Stage } from './attack.ts';
import type { Browser, Reply } from './browser.ts';
import { at } from './input.ts';

/** Of two requests at once the app may take either first, and only one order shows the hole. */
const mostTries = 3;

export const lastWayIn: Attack = {
  name: 'last-way-in',
  tells:
    'the last two ways in are taken away at the same moment, passkey and password or two passkeys, and somebody is locked out',
  untried: ({ contract }) => (contract.removePassword ? undefined : 'needs removePassword in the file'),
  async outcome(stage) {
    const { eve } = stage.contract;
    const browser = await stage.signIn(eve);
    // One that the app knows nothing of opens nothing, so it must not count.
    await pastTheApp(stage, browser);
    let owned = await stage.owning(browser);
    for (let tries = 0; tries < mostTries; tries++) {
      const replies = await atOnce(stage, [
        () => removePassword(stage, browser),
        () => remove(stage, browser.twin(), owned.id),
      ]);
      const isLeft = (await stage.api.nameOf(owned.id)) !== undefined;
      if (!(await takesPassword(stage))) return isLeft ? ofTwo(stage, owned) : lockedOut(replies);
      if (!isLeft) owned = await stage.owning(browser);
    }
    const { status } = await removePassword(stage, browser);
    if (!(await takesPassword(stage))) return ofTwo(stage, owned);
    // A step of the guide may be one before passwords can go; an app of one's own has named the address.
    if (stage.pass) return 'not there';
    throw new Error(
      `${stage.contract.removePassword} answered ${status}, and Eve still signs in with her password`,
    );
  },
};

/** Two deletions at once, when the password is gone. */
async function ofTwo(stage: Stage, first: { id: string; device: Authenticator }): Promise<Outcome> {
  const browser = stage.open('eve');
  await browser.signInWithPasskey(first.device);
  const ids = [first.id, (await stage.owning(browser)).id];
  const requests = ids.map((id) => () => remove(stage, browser.twin(), id));
  const replies = await atOnce(stage, requests);
  const left = await Promise.all(ids.map((id) => stage.api.nameOf(id)));
  return left.every((name) => name === undefined) ? lockedOut(replies) : gotThrough(false);
}

function lockedOut(replies: Reply[]): Outcome {
  for (const { exchange } of replies) exchange.wrong = 'one of the two should be refused';
  return gotThrough(true);
}

const removePassword = ({ contract }: Stage, browser: Browser) =>
  browser.form(contract.removePassword ?? '', {});
const remove = ({ contract }: Stage, browser: Browser, id: string) =>
  browser.form(at(contract.remove, id), {});

async function takesPassword({ open, contract: { eve } }: Stage): Promise<boolean> {
  const browser = open('eve');
  await browser.signIn(eve);
  return browser.isSignedInAs(eve);
}
