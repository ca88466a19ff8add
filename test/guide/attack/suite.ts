/** All attacks in their order, and the control without which "stopped" would mean nothing. */
import { eveOnAda, evePastTheApp, fiveAtOnce, keptSession, noUserVerification, replay } from './answers.ts';
import type { Attack, Outcome, Stage } from './attack.ts';
import { foreignDelete, foreignRename, garbage, oldSession } from './input.ts';
import { lastWayIn } from './last-way-in.ts';
import { emptyAnswer, forgedToken, hangingApi } from './service.ts';

/** The last one takes a password away, and the one before it lets time pass. */
export const attacks: Attack[] = [
  replay,
  fiveAtOnce,
  eveOnAda,
  evePastTheApp,
  forgedToken,
  noUserVerification,
  keptSession,
  hangingApi,
  garbage,
  emptyAnswer,
  foreignRename,
  foreignDelete,
  oldSession,
  lastWayIn,
];

/** The app does what it is for. Against one that is not there, every attack would be stopped. */
export class ControlFailed extends Error {}

/**
 * Runs the control, then the attacks that are chosen; after each the app must still be there.
 *
 * @param tell told of each outcome as it is known
 * @throws {ControlFailed} when the app does not work before the first attack, or is not there after one
 */
export async function attackAll(
  stage: Stage,
  chosen = attacks,
  tell: (attack: Attack, outcome: Outcome, reason?: string) => void = () => {},
): Promise<Record<string, Outcome>> {
  await control(stage);
  const outcomes: Record<string, Outcome> = {};
  for (const attack of chosen) {
    stage.exchanges.length = 0;
    const untried = attack.untried?.(stage);
    const { outcome, reason } = untried ? notTried(untried) : await tried(stage, attack);
    outcomes[attack.name] = outcome;
    tell(attack, outcome, reason);
  }
  // Had the app locked the passkey in between, it would have stopped everything from then on.
  const { length } = stage.exchanges;
  if (stage.keepsPasskeys) await control(stage);
  stage.exchanges.length = length;
  await stage.end();
  return outcomes;
}

type Result = { outcome: Outcome; reason?: string };

const notTried = (reason: string): Result => ({ outcome: 'not tried', reason });

/** One that does not work says nothing of the others: an address of the app may be wrong. */
async function tried(stage: Stage, attack: Attack): Promise<Result> {
  const result = await attack.outcome(stage).then(
    (outcome): Result => ({ outcome }),
    (error: Error): Result => ({ outcome: 'could not be tried', reason: error.message }),
  );
  const { length } = stage.exchanges;
  await stage.clean();
  await stillThere(stage, attack);
  stage.exchanges.length = length;
  return result;
}

/** @throws {ControlFailed} with what did not work */
async function control(stage: Stage): Promise<void> {
  const { ada } = stage.contract;
  try {
    const { device } = await stage.owned(ada);
    const browser = stage.open('ada');
    if (await browser.isSignedInAs(ada)) throw new Error('whoever comes is signed in already');
    const { status, text } = await browser.signInWithPasskey(device);
    if (!(await browser.isSignedInAs(ada)))
      throw new Error(`the passkey does not sign in: ${status} ${text.slice(0, 200)}`);
  } catch (cause) {
    throw new ControlFailed(
      `The app does not work, so no attack would tell anything: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  await stage.clean();
}

async function stillThere(stage: Stage, { name }: Attack): Promise<void> {
  const gone = await stage
    .open('visitor')
    .get(stage.contract.login)
    .then(
      ({ status }) => status >= 500,
      () => true,
    );
  if (gone) throw new ControlFailed(`After ${name} the app does not answer any more.`);
}
