/** Removing one's password: with the signature of a passkey, or with the password itself. */
import type { Accounts } from '../../accounts/accounts.ts';
import type { User } from '../../accounts/user.ts';
import type { Operations } from '../../operations/operations.ts';
import { isAsGood, reliable } from '../../operations/remove-password.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { confirmationPart, type Wrong } from '../confirmation/confirmation-part.ts';
import { requireConfirmable } from '../confirmation/require-confirmable.ts';
import { signedAct } from '../confirmation/signed-act.ts';
import { typedConfirmation } from '../confirmation/typed-confirmation.ts';
import { comesBack } from '../http/comes-back.ts';
import {
  type AppContext,
  type AppMiddleware,
  type AppRouter,
  asksSecondFactor,
  currentUser,
} from '../http/context.ts';
import { rememberDevice } from '../http/device-cookie.ts';
import { seeOther } from '../http/redirect.ts';
import { leave } from '../http/session.ts';
import { requesterOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { passwordRemoved } from './password-words.ts';
import { type Obstacles, obstacleOf, removePasswordPage } from './remove-password-page.ts';

type Dependencies = {
  accounts: Accounts;
  passkeys: Passkeys;
  operations: Operations;
  /** Bounds ceremonies from one address. */
  limit: AppMiddleware;
  secure: boolean;
};

/** GET and POST of /settings/password/remove, POST /api/passkeys/confirm/remove-password. */
export function removePasswordRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, passkeys, limit, secure } = dependencies;
  const confirmable = requireConfirmable(passkeys, secure);

  router.get(paths.removePassword, confirmable, (ctx) => show(ctx, dependencies));

  const back = comesBack((ctx, refusal) => show(ctx, dependencies, { refusal }));

  router.post(paths.removePassword, confirmable, back, async (ctx) => {
    const confirmation = typedConfirmation(ctx, secure);
    if (obstacleOf(await obstaclesTo(ctx, dependencies, spentIn(ctx))) !== '')
      return refuse(ctx, dependencies);
    if (typeof confirmation === 'string') return mistyped(ctx, dependencies, confirmation);
    const answer = await operations.removePassword(requesterOf(ctx), confirmation, sourceOf(ctx));
    if (typeof answer === 'string') return mistyped(ctx, dependencies, answer);
    if (!answer) return refuse(ctx, dependencies);
    finish(ctx, answer, secure);
    seeOther(ctx, paths.security);
  });

  // A signature is a proof of this moment.
  router.post(paths.signRemovePassword, limit, (ctx) =>
    signedAct(ctx, dependencies, 'remove_password', async (signed) => {
      const answer = await operations.removePassword(requesterOf(ctx), { signed }, sourceOf(ctx));
      // The page says what stands in the way now.
      if (!answer || typeof answer === 'string') return paths.removePassword;
      finish(ctx, answer, secure);
      return paths.security;
    }),
  );
}

function finish(ctx: AppContext, user: User, secure: boolean): void {
  rememberDevice(ctx, user, secure);
  leave(ctx, 'flash', passwordRemoved);
}

function refuse(ctx: AppContext, dependencies: Dependencies): Promise<void> {
  ctx.status = 409;
  return show(ctx, dependencies, { refused: true });
}

function mistyped(ctx: AppContext, dependencies: Dependencies, wrong: Wrong): Promise<void> {
  ctx.status = 422;
  return show(ctx, dependencies, { wrong });
}

/** With the form a recovery code is used up, which is none that is left; with a signature none is. */
const spentIn = (ctx: AppContext) => (asksSecondFactor(ctx) ? 1 : 0);

async function obstaclesTo(
  ctx: AppContext,
  { accounts, passkeys }: Dependencies,
  spent: number,
): Promise<Obstacles> {
  const { id, hasPassword } = currentUser(ctx);
  const listed = await passkeys.listOrNull(id);
  const isEnough = listed !== null && isAsGood(listed, (await accounts.recoveryCodesLeft(id)) - spent);
  return { hasPassword, passkeys: listed && reliable(listed).length, isEnough };
}

async function show(
  ctx: AppContext,
  dependencies: Dependencies,
  { refused = false, wrong, refusal = '' }: { refused?: boolean; wrong?: Wrong; refusal?: string } = {},
): Promise<void> {
  const { passkeys } = dependencies;
  const part = await confirmationPart(ctx, passkeys, 'remove_password', paths.signRemovePassword, wrong);
  const obstacles = await obstaclesTo(ctx, dependencies, refused ? spentIn(ctx) : 0);
  ctx.render(removePasswordPage(visitorOf(ctx), { ...obstacles, refused, refusal, confirmation: part }));
}
