/**
 * The second step of a sign-in: the page, and the recovery code. The passkey has an address of its own. Whoever stands here
 * is signed out everywhere else.
 */
import * as z from 'zod';
import type { Accounts } from '../../accounts/accounts.ts';
import type { CodeFault } from '../../accounts/recovery-codes.ts';
import type { Database } from '../../db/database.ts';
import { AppError } from '../../errors.ts';
import type { SignedIn } from '../../operations/enter.ts';
import type { Operations } from '../../operations/operations.ts';
import { type DueStep, openPending, wentWrongTooOften } from '../../operations/pending-sign-in.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths, signInPath } from '../../paths.ts';
import { arrive, browserOf, pathAfterProof, pathIfSignedIn } from '../http/arrival.ts';
import { comesBack } from '../http/comes-back.ts';
import type { AppContext, AppRouter } from '../http/context.ts';
import { parseWholeForm, typedCode, typedFields } from '../http/input.ts';
import { forgetPending, pendingSignIn } from '../http/pending-cookie.ts';
import { safeReturnTo, seeOther } from '../http/redirect.ts';
import { sourceOf } from '../http/visitor.ts';
import { mistypedCode } from './sign-in-words.ts';
import { verifySignInPage, type Way } from './verify-sign-in-page.ts';

type Dependencies = {
  db: Database;
  accounts: Accounts;
  operations: Operations;
  passkeys: Passkeys;
  origin: string;
  secure: boolean;
};

/** What can be given back to the form, whatever was posted. */
const typed = z.object({ return_to: z.string().catch(''), code: typedCode });

/** GET and POST /login/verify. */
export function verifySignInRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { db, secure } = dependencies;
  const pendingIn = async (ctx: AppContext) => {
    const id = pendingSignIn(ctx, secure);
    return id === null ? null : openPending(db, id);
  };

  router.get(paths.verifySignIn, async (ctx) => {
    const pending = await pendingIn(ctx);
    if (pending) await show(ctx, dependencies, pending, ctx.query.with === 'code' ? 'code' : 'passkey');
    else await startAgain(ctx, dependencies);
  });

  const back = comesBack(async (ctx, problem) => {
    const pending = await pendingIn(ctx);
    if (pending) await show(ctx, dependencies, pending, 'code', problem);
  });

  router.post(paths.verifySignIn, back, async (ctx) => {
    const { code } = parseWholeForm(ctx, typed);
    const pending = await pendingIn(ctx);
    if (!pending) return startAgain(ctx, dependencies);
    const again = (problem: string) => {
      ctx.status = 422;
      return show(ctx, dependencies, pending, 'code', problem);
    };
    const signedIn = await judged(ctx, dependencies, code);
    if (!signedIn) return startAgain(ctx, dependencies);
    if (typeof signedIn === 'string') return again(problems[signedIn]);
    seeOther(ctx, pathAfterProof(returnToOf(ctx, dependencies), signedIn.session.data.codesLeft));
    arrive(ctx, signedIn, secure);
  });
}

const problems = { ...mistypedCode, wrong: mistypedCode.code };

/** @returns null when the sign-in has ended, or ends with this */
async function judged(
  ctx: AppContext,
  { operations, secure }: Dependencies,
  code: string,
): Promise<SignedIn | 'wrong' | CodeFault | null> {
  const id = pendingSignIn(ctx, secure) ?? '';
  try {
    return await operations.completeWithCode(id, code, browserOf(ctx, secure), sourceOf(ctx));
  } catch (error) {
    if (error instanceof AppError && error.code === 'pending_sign_in_ended') return null;
    throw error;
  }
}

async function show(
  ctx: AppContext,
  dependencies: Dependencies,
  { user, setsPassword }: DueStep,
  wanted: Way,
  problem = '',
): Promise<void> {
  const [listed, codesLeft] = await Promise.all([
    dependencies.passkeys.listOrNull(user.id),
    dependencies.accounts.recoveryCodesLeft(user.id),
  ]);
  const hasPasskey = (listed ?? []).some(({ vouched }) => vouched);
  const page = verifySignInPage(
    {
      wanted,
      hasPasskey,
      hasCodes: codesLeft > 0,
      setsPassword,
      returnTo: returnToOf(ctx, dependencies),
      available: listed !== null,
    },
    { problem, typed: problem === '' ? '' : typedFields(ctx, typed).code },
  );
  ctx.render(page);
}

/** Nothing waits here (any more): whoever is in goes on, and whoever had begun is told so. */
async function startAgain(ctx: AppContext, dependencies: Dependencies): Promise<void> {
  const { db, secure } = dependencies;
  const returnTo = returnToOf(ctx, dependencies);
  const id = pendingSignIn(ctx, secure);
  const ended = id === null ? undefined : (await wentWrongTooOften(db, id)) ? 'tries' : 'sign_in';
  forgetPending(ctx, secure);
  seeOther(ctx, pathIfSignedIn(ctx, returnTo) ?? signInPath(returnTo, ended));
}

function returnToOf(ctx: AppContext, { origin }: Dependencies): string {
  const asked = ctx.method === 'POST' ? typedFields(ctx, typed).return_to : ctx.query.return_to;
  return safeReturnTo(asked, origin);
}
