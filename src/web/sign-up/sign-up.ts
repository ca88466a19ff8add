/** Signing up. The answer is the same for every address; what there is to say about it, the mail says. */
import { z } from 'zod';
import { emailAddress } from '../../accounts/email-address.ts';
import { hashPassword } from '../../accounts/password.ts';
import { passwordProblem } from '../../accounts/password-rules.ts';
import { AppError } from '../../errors.ts';
import type { Operations } from '../../operations/operations.ts';
import { paths } from '../../paths.ts';
import type { AppContext, AppMiddleware, AppRouter } from '../http/context.ts';
import { parseForm } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { rememberSignUp } from '../http/sign-up-cookie.ts';
import { placeOf } from '../http/visitor.ts';
import { type SignUpForm, signUpPage } from './sign-up-page.ts';

type Dependencies = {
  operations: Operations;
  formLimit: AppMiddleware;
  origin: string;
  secure: boolean;
  /** Whether people may sign up by themselves. */
  signup: boolean;
};

const signUpForm = z.object({
  email: emailAddress,
  password: z.string().catch(''),
  way: z.literal('passkey').optional().catch(undefined),
});
/** What can be given back to the form, whatever was posted. */
const typed = z.object({ email: z.string().max(1_000).catch('') });

/** GET and POST /signup. */
export function signUpRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, formLimit, secure, signup } = dependencies;
  const open: AppMiddleware = (_ctx, next) => {
    if (signup) return next();
    throw new AppError('not_found', 'Nobody signs up here by themselves. Ask whoever runs this site.');
  };

  router.get(paths.signUp, open, (ctx) => {
    if (ctx.state.user) return seeOther(ctx, paths.dashboard);
    ctx.render(signUpPage());
  });

  router.post(paths.signUp, open, formLimit, async (ctx) => {
    const form = await judged(ctx, dependencies);
    if (!form) return;
    const passwordHash = form.way === 'passkey' ? null : await hashPassword(form.password);
    const browser = rememberSignUp(ctx, secure);
    await operations.beginSignUp(browser, { email: form.email, passwordHash }, placeOf(ctx));
    seeOther(ctx, paths.verifyEmailSent);
  });
}

/** What was posted, or null after the form has been rendered again. */
async function judged(ctx: AppContext, { origin }: Dependencies): Promise<z.infer<typeof signUpForm> | null> {
  const form = parseForm(ctx, signUpForm);
  const { email } = typed.parse(ctx.request.body);
  if (!form.success)
    return again(ctx, { email, emailProblem: 'Enter your email address, such as name@example.com.' });
  if (form.data.way === 'passkey') return form.data;
  const { hostname: host } = new URL(origin);
  const problem = await passwordProblem(form.data.password, { email: form.data.email, host });
  return problem ? again(ctx, { email, passwordProblem: problem }) : form.data;
}

function again(ctx: AppContext, form: SignUpForm): null {
  ctx.status = 422;
  ctx.render(signUpPage(form));
  return null;
}
