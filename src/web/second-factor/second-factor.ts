/** "Also ask for a passkey after my password": whether it is on, and turning it on. Turning it off has a page of its own. */
import type { Accounts } from '../../accounts/accounts.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import type { CodesCookie } from '../http/codes-cookie.ts';
import { comesBack } from '../http/comes-back.ts';
import { type AppContext, type AppRouter, asksSecondFactor, currentUser } from '../http/context.ts';
import { rememberDevice } from '../http/device-cookie.ts';
import { takeDraft } from '../http/draft-cookie.ts';
import { expectForm } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { leave, passkeyOfProof, take } from '../http/session.ts';
import { acceptsUnvouched, requesterOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { requirePasskeyProof } from '../middleware/require-recent-proof.ts';
import { secondFactorPage } from './second-factor-page.ts';
import { couldNotCheck, notPossible, turnedOn, turnOnNow } from './second-factor-words.ts';

type Dependencies = {
  accounts: Accounts;
  operations: Operations;
  passkeys: Passkeys;
  codes: CodesCookie;
  secure: boolean;
  /** Whether mail can be sent at all. */
  mail: boolean;
  /** Whoever runs this site wants it for everybody who has a passkey. */
  requiresSecondFactor?: boolean | undefined;
};

/** GET /settings/two-factor, GET and POST /settings/two-factor/enable. */
export function secondFactorRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, codes, secure } = dependencies;

  router.get(paths.secondFactor, (ctx) => show(ctx, dependencies, { notice: take(ctx, 'flash') ?? '' }));

  // Whoever comes back from a step-up comes with a GET, to the page with the button.
  router.get(paths.turnOnSecondFactor, (ctx) =>
    show(ctx, dependencies, { notice: takeDraft(ctx, secure) ? turnOnNow : '' }),
  );

  const back = comesBack((ctx, refusal) =>
    show(ctx, dependencies, { problem: ctx.status === 503 ? couldNotCheck : refusal }),
  );

  router.post(paths.turnOnSecondFactor, requirePasskeyProof(secure), back, async (ctx) => {
    expectForm(ctx);
    const requester = requesterOf(ctx);
    const done = await operations.turnOnSecondFactor(
      { ...requester, provenWith: passkeyOfProof(ctx) },
      sourceOf(ctx),
    );
    if (!done) {
      ctx.status = 409;
      return show(ctx, dependencies, { problem: notPossible });
    }
    rememberDevice(ctx, done.user, secure);
    await codes.keep(ctx, done.codes, requester.signInId);
    leave(ctx, 'flash', turnedOn);
    seeOther(ctx, paths.recoveryCodes);
  });
}

async function show(
  ctx: AppContext,
  { accounts, passkeys, mail, requiresSecondFactor }: Dependencies,
  said: { notice?: string; problem?: string },
): Promise<void> {
  const account = currentUser(ctx);
  const [listed, left] = await Promise.all([
    passkeys.listOrNull(account.id),
    accounts.recoveryCodesLeft(account.id),
  ]);
  // All that will do after the password: whoever has one more than its owner knows of comes in with it.
  const opening = listed && (await passkeys.thatOpenNow(account.id, listed, account.passkeysHeldSince));
  const counting = opening?.filter(({ vouched }) => vouched || acceptsUnvouched(ctx));
  const asked = { asks: asksSecondFactor(ctx), required: requiresSecondFactor === true };
  // While the service does not answer, nobody is told that they have none.
  const isFollowed = listed?.some(({ vouched }) => vouched) ?? true;
  const facts = { account, passkeys: counting ?? null, isFollowed, codes: left, mail, ...asked };
  ctx.render(secondFactorPage(visitorOf(ctx), { ...facts, notice: '', ...said }));
}
