/** Signing up. The answer is the same for every address; what there is to say about it, the mail says. */
import * as z from 'zod';
import { emailAddress } from '../../accounts/email-address.ts';
import { AppError } from '../../errors.ts';
import type { Operations } from '../../operations/operations.ts';
import { paths } from '../../paths.ts';
import type { AppContext, AppMiddleware, AppRouter } from '../http/context.ts';
import { parseForm } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { rememberSignUp } from '../http/sign-up-cookie.ts';
import { placeOf } from '../http/visitor.ts';
import { choosePasswordOrPasskey, chosenPasswordForm } from '../password/chosen-password.ts';
import { type SignUpForm, signUpPage } from './sign-up-page.ts';

type Dependencies = {
  operations: Operations;
  formLimit: AppMiddleware;
  origin: string;
  secure: boolean;
  /** Whether people may sign up by themselves. */
  signup: boolean;
};

const signUpForm = chosenPasswordForm.extend({ email: emailAddress });
/** What can be given back to the form, whatever was posted. */
const typed = z.object({ email: z.string().max(1_000).catch('') });

/** GET and POST /signup. */
export function signUpRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, formLimit, secure, signup } = dependencies;
  const open: AppMiddleware = (_ctx, next) => {
    if (signup) return next();
    throw new AppError('not_found', 'Accounts here are created by an administrator.');
  };

  router.get(paths.signUp, open, (ctx) => {
    if (ctx.state.user) return seeOther(ctx, paths.dashboard);
    ctx.render(signUpPage());
  });

  router.post(paths.signUp, open, formLimit, async (ctx) => {
    if (ctx.state.user) return seeOther(ctx, paths.dashboard);
    const chosen = await judged(ctx, dependencies);
    if (!chosen) return;
    const browser = rememberSignUp(ctx, secure);
    await operations.beginSignUp(browser, chosen, placeOf(ctx));
    seeOther(ctx, paths.verifyEmailSent);
  });
}

/** What was chosen, or null after the form has been rendered again. */
async function judged(
  ctx: AppContext,
  { origin }: Dependencies,
): Promise<{ email: string; passwordHash: string | null } | null> {
  const form = parseForm(ctx, signUpForm);
  const { email } = typed.parse(ctx.request.body);
  if (!form.success)
    return again(ctx, { email, emailProblem: 'Enter your email address, such as name@example.com.' });
  const chosen = await choosePasswordOrPasskey(form.data, {
    email: form.data.email,
    origin,
    address: ctx.state.address,
  });
  if ('problem' in chosen) return again(ctx, { email, passwordProblem: chosen.problem });
  return { email: form.data.email, ...chosen };
}

function again(ctx: AppContext, form: SignUpForm): null {
  ctx.status = 422;
  ctx.render(signUpPage(form));
  return null;
}
