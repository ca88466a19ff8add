/** Signing in with email and password. */
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.ts';
import { tryPassword } from '../../accounts/password-try.ts';
import { recentProof } from '../../accounts/session-store.ts';
import type { Attempt, SignInThrottle } from '../../accounts/sign-in-throttle.ts';
import { emailAddress, type User } from '../../accounts/user.ts';
import { AppError } from '../../errors.ts';
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import type { Telling } from '../account-news.ts';
import { noteArrival } from '../arrival.ts';
import type { AppContext, AppRouter } from '../context.ts';
import { knownDevice } from '../device-cookie.ts';
import { lastMethod } from '../hint-cookies.ts';
import { parseForm } from '../input.ts';
import { type LoginForm, loginPage } from '../pages/login-page.ts';
import { paths } from '../paths.ts';
import { safeReturnTo, seeOther } from '../redirect.ts';
import { startSession } from '../session.ts';

type Dependencies = Telling & {
  accounts: Accounts;
  passkeys: Passkeys;
  throttle: SignInThrottle;
  logger: Logger;
  origin: string;
  secure: boolean;
  /** Whether people may sign up by themselves. */
  signup: boolean;
};

const credentials = z.object({
  email: emailAddress,
  password: z.string().min(1),
  return_to: z.string().optional(),
});

/** What can be given back to the form, whatever was posted. */
const typed = z.object({
  email: z.string().max(1_000).catch(''),
  return_to: z.string().catch(''),
});

/** GET and POST /login. */
export function loginRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { logger, origin, secure, signup } = dependencies;

  router.get(paths.login, (ctx) => {
    const returnTo = safeReturnTo(ctx.query.return_to, origin);
    if (ctx.state.user) return seeOther(ctx, returnTo);
    ctx.render(loginPage({ returnTo, signup, lastMethod: lastMethod(ctx, secure) }));
  });

  router.post(paths.login, async (ctx) => {
    const form = parseForm(ctx, credentials);
    const given = typed.parse(ctx.request.body);
    const returnTo = safeReturnTo(given.return_to, origin);
    const back = { email: given.email, returnTo, signup, lastMethod: lastMethod(ctx, secure) };
    if (!form.success) return again(ctx, 422, { ...back, ...problemsOf(form.error) });

    const { email, password } = form.data;
    const attempt = { email, address: ctx.state.address, device: knownDevice(ctx, email, secure) };
    const user = await judged(dependencies, ctx, attempt, password, back);
    if (!user) return undefined;

    const upgrade = await upgradeFor(dependencies, user);
    await noteArrival(ctx, dependencies, user, 'password', secure);
    seeOther(ctx, returnTo);
    await startSession(ctx, { userId: user.id, method: 'password', proven: true, ...upgrade });
    logEvent(logger, 'sign_in', { outcome: 'success', user: pseudonym(user.id), ...factsOf(ctx) });
  });
}

/** The account, or null after the form has been rendered again. */
async function judged(
  { accounts, throttle, logger }: Dependencies,
  ctx: AppContext,
  attempt: Attempt,
  password: string,
  back: LoginForm,
): Promise<User | null> {
  try {
    const user = await tryPassword(accounts, throttle, attempt, password);
    if (user) return user;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'too_many_requests') throw error;
    logEvent(logger, 'rate_limited', { outcome: 'refused', reason: 'sign-in', ...factsOf(ctx) });
    ctx.set('Retry-After', String(error.retryAfter));
    again(ctx, 429, { ...back, problem: error.message });
    return null;
  }
  logEvent(logger, 'sign_in_refused', { outcome: 'refused', reason: 'email or password', ...factsOf(ctx) });
  again(ctx, 422, { ...back, problem: 'Email or password is wrong.' });
  return null;
}

/** The permission for one automatic upgrade, where the back end takes it and the person has not turned it off. */
async function upgradeFor({ accounts, passkeys }: Dependencies, { id }: User) {
  const allowed = passkeys.upgrades && (await accounts.allowsAutomaticPasskeys(id));
  return allowed ? { upgradeUntil: Date.now() + recentProof, offersUpgrade: true } : {};
}

function again(ctx: AppContext, status: number, form: LoginForm): void {
  ctx.status = status;
  ctx.render(loginPage(form));
}

function problemsOf(error: z.ZodError): Pick<LoginForm, 'problem' | 'fieldProblems'> {
  const wrong = new Set(error.issues.map(({ path }) => path[0]));
  const email = wrong.has('email') ? 'Enter your email address, such as name@example.com.' : undefined;
  const password = wrong.has('password') ? 'Enter your password.' : undefined;
  return { problem: 'Please check what you entered.', fieldProblems: { email, password } };
}

function factsOf(ctx: AppContext) {
  return { method: 'password', address: ctx.state.address, requestId: ctx.state.requestId } as const;
}
