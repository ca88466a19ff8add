/** Proving once more who one is, by password; the page offers the passkey as well. The session stays the same. */
import * as z from 'zod';
import { AppError } from '../../errors.ts';
import { type Logger, logEvent } from '../../logger.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { type AppContext, type AppRouter, currentUser } from '../http/context.ts';
import { knownDevice } from '../http/device-cookie.ts';
import { parseForm } from '../http/input.ts';
import { safeReturnTo, seeOther } from '../http/redirect.ts';
import { continueSession, currentSession } from '../http/session.ts';
import { isProven, placeOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { type ReauthForm, reauthPage } from './reauth-page.ts';

type Dependencies = {
  passkeys: Passkeys;
  operations: Operations;
  logger: Logger;
  origin: string;
  secure: boolean;
  /** Whether mail can be sent at all. */
  mail: boolean;
};

const proof = z.object({ password: z.string().min(1) });
const typed = z.object({ return_to: z.string().catch('') });

/** GET and POST /reauth. */
export function reauthRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { origin } = dependencies;

  router.get(paths.reauth, async (ctx) => {
    await show(ctx, dependencies, { returnTo: safeReturnTo(ctx.query.return_to, origin) });
  });

  router.post(paths.reauth, async (ctx) => {
    const form = parseForm(ctx, proof);
    const returnTo = safeReturnTo(typed.parse(ctx.request.body).return_to, origin);
    if (!form.success) return again(ctx, dependencies, 422, { returnTo, problem: 'Enter your password.' });
    const confirmed = await judged(ctx, dependencies, form.data.password, returnTo);
    if (!confirmed) return undefined;

    seeOther(ctx, returnTo);
    continueSession(ctx, confirmed.renamed);
  });
}

/** The session as it goes on, or null after the page has been rendered again. */
async function judged(ctx: AppContext, dependencies: Dependencies, password: string, returnTo: string) {
  const { operations, logger, secure } = dependencies;
  const user = currentUser(ctx);
  const device = knownDevice(ctx, secure)(user.email);
  try {
    const confirmed = await operations.confirmWithPassword(
      currentSession(ctx),
      user,
      password,
      device,
      placeOf(ctx),
    );
    if (confirmed) return confirmed;
    await again(ctx, dependencies, 422, { returnTo, problem: 'The password is wrong.' });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'too_many_requests') throw error;
    logEvent(logger, 'rate_limited', { outcome: 'refused', reason: 'step-up', ...sourceOf(ctx) });
    if (error.retryAfter) ctx.set('Retry-After', String(error.retryAfter));
    await again(ctx, dependencies, 429, { returnTo, problem: error.message });
  }
  return null;
}

async function again(
  ctx: AppContext,
  dependencies: Dependencies,
  status: number,
  form: Pick<ReauthForm, 'returnTo' | 'problem'>,
): Promise<void> {
  ctx.status = status;
  await show(ctx, dependencies, form);
}

async function show(
  ctx: AppContext,
  { passkeys, mail: sendsMail }: Dependencies,
  form: Pick<ReauthForm, 'returnTo' | 'problem'>,
): Promise<void> {
  const visitor = visitorOf(ctx);
  const { hasPassword } = currentUser(ctx);
  const listed = await passkeys.listOrNull(visitor.id);
  const hasPasskey = (listed ?? []).some(({ userVerified }) => userVerified || isProven(ctx));
  ctx.render(
    reauthPage(visitor, { ...form, hasPassword, hasPasskey, available: listed !== null, sendsMail }),
  );
}
