/** Signing in with email and password. */
import * as z from 'zod';
import { emailAddress } from '../../accounts/email-address.ts';
import { AppError } from '../../errors.ts';
import { type Logger, logEvent } from '../../logger.ts';
import type { Operations } from '../../operations/operations.ts';
import type { SignedIn } from '../../operations/sign-in.ts';
import { paths } from '../../paths.ts';
import type { AppContext, AppRouter } from '../http/context.ts';
import { knownDevice, rememberDevice } from '../http/device-cookie.ts';
import { lastMethod, rememberMethod } from '../http/hint-cookies.ts';
import { parseForm } from '../http/input.ts';
import { safeReturnTo, seeOther } from '../http/redirect.ts';
import { requesterIn, startSession } from '../http/session.ts';
import { placeOf, sourceOf } from '../http/visitor.ts';
import { type LoginForm, loginPage } from './login-page.ts';

type Dependencies = {
  operations: Operations;
  logger: Logger;
  origin: string;
  secure: boolean;
  /** Whether mail can be sent at all. */
  mail: boolean;
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
  const { origin, secure, signup } = dependencies;

  router.get(paths.login, (ctx) => {
    const returnTo = safeReturnTo(ctx.query.return_to, origin);
    if (ctx.state.user) return seeOther(ctx, returnTo);
    const notice =
      ctx.query.browser === 'known' ? 'You can now sign in with your password in this browser.' : '';
    ctx.render(loginPage({ returnTo, signup, lastMethod: lastMethod(ctx, secure), notice }));
  });

  router.post(paths.login, async (ctx) => {
    const form = parseForm(ctx, credentials);
    const given = typed.parse(ctx.request.body);
    const returnTo = safeReturnTo(given.return_to, origin);
    const back = { email: given.email, returnTo, signup, lastMethod: lastMethod(ctx, secure) };
    if (!form.success) return again(ctx, 422, { ...back, ...problemsOf(form.error) });

    const signedIn = await judged(ctx, dependencies, form.data, back);
    if (!signedIn) return undefined;
    rememberDevice(ctx, signedIn.user, secure);
    rememberMethod(ctx, 'password', secure);
    seeOther(ctx, returnTo);
    startSession(ctx, signedIn.session);
  });
}

/** The sign-in, or null after the form has been rendered again. */
async function judged(
  ctx: AppContext,
  { operations, logger, secure, mail }: Dependencies,
  form: z.infer<typeof credentials>,
  back: LoginForm,
): Promise<SignedIn | null> {
  const browser = { deviceFor: knownDevice(ctx, secure), former: requesterIn(ctx) };
  try {
    const signedIn = await operations.signInWithPassword(form, browser, placeOf(ctx));
    if (!signedIn) again(ctx, 422, { ...back, problem: 'Email or password is wrong.' });
    return signedIn;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'too_many_requests') throw error;
    const reason = error.reason ?? 'sign-in';
    const facts = { method: 'password', reason, ...sourceOf(ctx) } as const;
    logEvent(logger, 'rate_limited', { outcome: 'refused', ...facts });
    if (error.retryAfter) ctx.set('Retry-After', String(error.retryAfter));
    again(ctx, 429, { ...back, problem: error.message, offersLink: mail });
    return null;
  }
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
