/**
 * Deleting one's account: at once and for good here, at the passkey service now or when it answers again, and in the
 * password manager by the goodbye page.
 */
import * as z from 'zod';
import { emailAddress } from '../../accounts/email-address.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { confirmationPart, type Wrong } from '../confirmation/confirmation-part.ts';
import { requireConfirmable } from '../confirmation/require-confirmable.ts';
import { signedAct } from '../confirmation/signed-act.ts';
import { typedConfirmation } from '../confirmation/typed-confirmation.ts';
import { comesBack } from '../http/comes-back.ts';
import { type AppContext, type AppMiddleware, type AppRouter, currentUser } from '../http/context.ts';
import { enterEmail } from '../http/field-words.ts';
import { departed, rememberDeparture } from '../http/goodbye-cookie.ts';
import { parseForm, typedEmail } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { dropSession } from '../http/session.ts';
import { requesterOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { notYourAddress } from './account-words.ts';
import { deleteAccountPage, goodbyePage } from './data-page.ts';

type Dependencies = {
  passkeys: Passkeys;
  operations: Operations;
  /** Bounds ceremonies from one address. */
  limit: AppMiddleware;
  secure: boolean;
};

const deleteForm = z.object({ email: emailAddress });

/** GET and POST /settings/account/delete, POST /api/passkeys/confirm/delete-account, behind requireUser. */
export function accountDeletionRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, passkeys, limit, secure } = dependencies;
  const confirmable = requireConfirmable(passkeys, secure);

  router.get(paths.deleteAccount, confirmable, (ctx) => show(ctx, dependencies));

  const back = comesBack((ctx, refusal) => show(ctx, dependencies, { refusal, typed: typedEmail(ctx) }));

  router.post(paths.deleteAccount, confirmable, back, async (ctx) => {
    const { data } = parseForm(ctx, deleteForm);
    const confirmation = typedConfirmation(ctx, secure);
    const again = (wrong: Wrong, problem = '') => {
      ctx.status = 422;
      return show(ctx, dependencies, { typed: typedEmail(ctx), problem, wrong });
    };
    const { address } = currentUser(ctx);
    const isTyped = address === null || data?.email === address;
    const problem = isTyped ? '' : addressProblem(ctx);
    if (typeof confirmation === 'string') return again(confirmation, problem);
    if (problem) return again(undefined, problem);
    const answer = await operations.deleteAccount(requesterOf(ctx), confirmation, sourceOf(ctx));
    if (answer !== 'deleted') return again(answer);
    finish(ctx, secure);
    seeOther(ctx, paths.goodbye);
  });

  // A signature is a proof of this moment, and says whose account it is about.
  router.post(paths.signDeleteAccount, limit, (ctx) =>
    signedAct(ctx, dependencies, 'delete_account', async (signed) => {
      await operations.deleteAccount(requesterOf(ctx), { signed }, sourceOf(ctx));
      finish(ctx, secure);
      return paths.goodbye;
    }),
  );
}

function addressProblem(ctx: AppContext): string {
  return typedEmail(ctx) ? notYourAddress : enterEmail;
}

function finish(ctx: AppContext, secure: boolean): void {
  dropSession(ctx);
  rememberDeparture(ctx, currentUser(ctx).id, secure);
  ctx.set('Clear-Site-Data', '"cache"');
}

type Shown = { typed?: string; problem?: string; wrong?: Wrong; refusal?: string };

async function show(ctx: AppContext, { passkeys }: Dependencies, shown: Shown = {}): Promise<void> {
  const { wrong, ...more } = shown;
  const part = await confirmationPart(ctx, passkeys, 'delete_account', paths.signDeleteAccount, wrong);
  ctx.render(deleteAccountPage(visitorOf(ctx), part, more));
}

/** GET /goodbye, once, for whoever has just left. */
export function goodbyeRoutes(router: AppRouter, { rpId, secure }: { rpId: string; secure: boolean }): void {
  router.get(paths.goodbye, (ctx) => {
    const userId = departed(ctx, secure);
    if (userId === null) return seeOther(ctx, paths.login);
    ctx.render(goodbyePage(rpId, Buffer.from(userId, 'utf8').toString('base64url')));
  });
}
