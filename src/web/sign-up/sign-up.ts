/** Signing up. The answer is the same for every address; what there is to say about it, the mail says. */
import { emailAddress } from '../../accounts/email-address.ts';
import { AppError } from '../../errors.ts';
import type { Operations } from '../../operations/operations.ts';
import { paths } from '../../paths.ts';
import { comesBack } from '../http/comes-back.ts';
import type { AppContext, AppMiddleware, AppRouter } from '../http/context.ts';
import { enterEmail } from '../http/field-words.ts';
import { parseForm, typedEmail } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { rememberSignUp } from '../http/sign-up-cookie.ts';
import { sourceOf } from '../http/visitor.ts';
import { choosePasswordOrPasskey, chosenPasswordForm, chosenProblem } from '../password/chosen-password.ts';
import { type SignUpForm, signUpPage } from './sign-up-page.ts';
import { nobodySignsUp } from './sign-up-words.ts';

type Dependencies = {
  operations: Operations;
  formLimit: AppMiddleware;
  origin: string;
  secure: boolean;
  /** Whether people may sign up by themselves. */
  signup: boolean;
};

/** An address that is none is null, so that the password is judged all the same. */
const signUpForm = chosenPasswordForm.extend({ email: emailAddress.nullable().catch(null) });

/** GET and POST /signup. */
export function signUpRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, formLimit, secure, signup } = dependencies;
  const open: AppMiddleware = (_ctx, next) => {
    if (signup) return next();
    throw new AppError('sign_up_closed', nobodySignsUp);
  };

  router.get(paths.signUp, open, (ctx) => {
    if (ctx.state.user) return seeOther(ctx, paths.dashboard);
    ctx.render(signUpPage());
  });

  const back = comesBack((ctx, refusal) => ctx.render(signUpPage({ email: typedEmail(ctx), refusal })));

  router.post(paths.signUp, open, back, formLimit, async (ctx) => {
    if (ctx.state.user) return seeOther(ctx, paths.dashboard);
    const chosen = await judged(ctx, dependencies);
    if (!chosen) return;
    const browser = rememberSignUp(ctx, secure);
    await operations.beginSignUp(browser, chosen, sourceOf(ctx));
    seeOther(ctx, paths.verifyEmailSent);
  });
}

/** What was chosen, or null after the form has been rendered again with all that is wrong in it. */
async function judged(
  ctx: AppContext,
  { origin }: Dependencies,
): Promise<{ email: string; passwordHash: string | null } | null> {
  const { data = { email: null, password: '' } } = parseForm(ctx, signUpForm);
  const { email } = data;
  const typed = typedEmail(ctx);
  if (email === null) {
    const passwordProblem = (await chosenProblem(data, { email: typed, origin })) ?? '';
    return again(ctx, { email: typed, emailProblem: enterEmail, passwordProblem });
  }
  const chosen = await choosePasswordOrPasskey(data, { email, origin, address: ctx.state.address });
  if ('problem' in chosen) return again(ctx, { email: typed, passwordProblem: chosen.problem });
  return { email, ...chosen };
}

function again(ctx: AppContext, form: SignUpForm): null {
  ctx.status = 422;
  ctx.render(signUpPage(form));
  return null;
}
