/** Turning the passkey after the password off: signed with a passkey, or with the password and a recovery code. */
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { confirmationPart, type Wrong } from '../confirmation/confirmation-part.ts';
import { requireConfirmable } from '../confirmation/require-confirmable.ts';
import { signedAct } from '../confirmation/signed-act.ts';
import { typedConfirmation } from '../confirmation/typed-confirmation.ts';
import { comesBack } from '../http/comes-back.ts';
import { type AppContext, type AppMiddleware, type AppRouter, currentUser } from '../http/context.ts';
import { seeOther } from '../http/redirect.ts';
import { leave } from '../http/session.ts';
import { requesterOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { turnOffSecondFactorPage } from './second-factor-page.ts';
import { siteInsists, turnedOff } from './second-factor-words.ts';

type Dependencies = {
  passkeys: Passkeys;
  operations: Operations;
  /** Bounds ceremonies from one address. */
  limit: AppMiddleware;
  secure: boolean;
};

const outcomes = { off: turnedOff, required: siteInsists };

/** GET and POST /settings/two-factor/disable, POST /api/passkeys/confirm/turn-off-second-factor. */
export function turnOffSecondFactorRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, passkeys, limit, secure } = dependencies;
  const confirmable = requireConfirmable(passkeys, secure);
  const isOn: AppMiddleware = (ctx, next) =>
    currentUser(ctx).secondFactorSince === null ? Promise.resolve(seeOther(ctx, paths.secondFactor)) : next();

  router.get(paths.turnOffSecondFactor, confirmable, isOn, (ctx) => show(ctx, dependencies));

  const back = comesBack((ctx, refusal) => show(ctx, dependencies, undefined, refusal));

  router.post(paths.turnOffSecondFactor, confirmable, isOn, back, async (ctx) => {
    const confirmation = typedConfirmation(ctx, secure);
    const again = (wrong: Wrong) => {
      ctx.status = 422;
      return show(ctx, dependencies, wrong);
    };
    if (typeof confirmation === 'string') return again(confirmation);
    const outcome = await operations.turnOffSecondFactor(requesterOf(ctx), confirmation, sourceOf(ctx));
    if (outcome !== 'off' && outcome !== 'required') return again(outcome);
    leave(ctx, 'flash', outcomes[outcome]);
    seeOther(ctx, paths.secondFactor);
  });

  // A signature is a proof of this moment.
  router.post(paths.signTurnOffSecondFactor, limit, (ctx) =>
    signedAct(ctx, dependencies, 'turn_off_second_factor', async (signed) => {
      const outcome = await operations.turnOffSecondFactor(requesterOf(ctx), { signed }, sourceOf(ctx));
      if (outcome === 'off' || outcome === 'required') leave(ctx, 'flash', outcomes[outcome]);
      return paths.secondFactor;
    }),
  );
}

async function show(ctx: AppContext, { passkeys }: Dependencies, wrong?: Wrong, refusal = ''): Promise<void> {
  const signPath = paths.signTurnOffSecondFactor;
  const part = await confirmationPart(ctx, passkeys, 'turn_off_second_factor', signPath, wrong);
  ctx.render(turnOffSecondFactorPage(visitorOf(ctx), part, refusal));
}
