/** Proving once more who one is, by password; the page offers the passkey as well. The session stays the same. */
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.ts';
import { tryPassword } from '../../accounts/password-try.ts';
import type { SessionStore } from '../../accounts/session-store.ts';
import type { SignInThrottle } from '../../accounts/sign-in-throttle.ts';
import { AppError } from '../../errors.ts';
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import type { AppContext, AppRouter } from '../context.ts';
import { knownDevice } from '../device-cookie.ts';
import { parseForm } from '../input.ts';
import { type ReauthForm, reauthPage } from '../pages/reauth-page.ts';
import { paths } from '../paths.ts';
import { acceptProof, isProven } from '../proof.ts';
import { safeReturnTo, seeOther } from '../redirect.ts';
import { sourceOf, visitorOf } from '../visitor.ts';

type Dependencies = {
  accounts: Accounts;
  passkeys: Passkeys;
  sessionStore: SessionStore;
  throttle: SignInThrottle;
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
    if (!(await judged(dependencies, ctx, form.data.password, returnTo))) return undefined;

    seeOther(ctx, returnTo);
    await acceptProof(ctx, 'password', dependencies);
  });
}

/** Whether the password was right; if not, the page has been rendered again. */
async function judged(
  dependencies: Dependencies,
  ctx: AppContext,
  password: string,
  returnTo: string,
): Promise<boolean> {
  const { accounts, throttle, logger, secure } = dependencies;
  const { id, email } = visitorOf(ctx);
  const attempt = { email, address: ctx.state.address, device: knownDevice(ctx, email, secure) };
  try {
    const user = await tryPassword(accounts, throttle, attempt, password);
    if (user?.id === id) return true;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'too_many_requests') throw error;
    logEvent(logger, 'rate_limited', { outcome: 'refused', reason: 'step-up', ...sourceOf(ctx) });
    ctx.set('Retry-After', String(error.retryAfter));
    await again(ctx, dependencies, 429, { returnTo, problem: error.message });
    return false;
  }
  const facts = { user: pseudonym(id), method: 'password', reason: 'password', ...sourceOf(ctx) } as const;
  logEvent(logger, 'step_up_refused', { outcome: 'refused', ...facts });
  await again(ctx, dependencies, 422, { returnTo, problem: 'The password is wrong.' });
  return false;
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
  { accounts, passkeys, mail: sendsMail }: Dependencies,
  form: Pick<ReauthForm, 'returnTo' | 'problem'>,
): Promise<void> {
  const visitor = visitorOf(ctx);
  const [hasPassword, listed] = await Promise.all([
    accounts.hasPassword(visitor.id),
    passkeys.listOrNull(visitor.id),
  ]);
  const hasPasskey = (listed ?? []).some(({ vouched }) => vouched || isProven(ctx));
  ctx.render(
    reauthPage(visitor, { ...form, hasPassword, hasPasskey, available: listed !== null, sendsMail }),
  );
}
