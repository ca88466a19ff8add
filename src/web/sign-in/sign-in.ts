/** Signing in with email and password. */
import * as z from 'zod';
import { emailAddress } from '../../accounts/email-address.ts';
import type { Operations } from '../../operations/operations.ts';
import { paths, verifySignInPath } from '../../paths.ts';
import { arrive, browserOf, pathIfSignedIn } from '../http/arrival.ts';
import { comesBack } from '../http/comes-back.ts';
import type { AppContext, AppRouter } from '../http/context.ts';
import { enterEmail, enterPassword } from '../http/field-words.ts';
import { lastMethod } from '../http/hint-cookies.ts';
import { parseForm, typedEmail, typedFields } from '../http/input.ts';
import { rememberPending } from '../http/pending-cookie.ts';
import { safeReturnTo, seeOther } from '../http/redirect.ts';
import { sourceOf } from '../http/visitor.ts';
import { type SignInForm, signInPage } from './sign-in-page.ts';
import {
  browserKnown,
  checkEntered,
  sessionEnded,
  tookTooLong,
  wentWrong,
  wrongSignIn,
} from './sign-in-words.ts';

type Dependencies = {
  operations: Operations;
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
const typed = z.object({ return_to: z.string().catch('') });

/** GET and POST /login. */
export function signInRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, origin, secure, signup, mail } = dependencies;

  router.get(paths.login, (ctx) => {
    const returnTo = safeReturnTo(ctx.query.return_to, origin);
    const next = pathIfSignedIn(ctx, returnTo);
    if (next) return seeOther(ctx, next);
    ctx.render(signInPage({ returnTo, signup, lastMethod: lastMethod(ctx, secure), ...newsFor(ctx) }));
  });

  const typedIn = (ctx: AppContext): SignInForm => ({
    email: typedEmail(ctx),
    returnTo: safeReturnTo(typedFields(ctx, typed).return_to, origin),
    signup,
    lastMethod: lastMethod(ctx, secure),
  });
  const back = comesBack((ctx, problem) =>
    ctx.render(signInPage({ ...typedIn(ctx), problem, offersLink: mail && ctx.status === 429 })),
  );

  router.post(paths.login, back, async (ctx) => {
    const form = parseForm(ctx, credentials);
    const given = typedIn(ctx);
    if (!form.success) return again(ctx, { ...given, ...problemsOf(form.error) });

    const outcome = await operations.signInWithPassword(form.data, browserOf(ctx, secure), sourceOf(ctx));
    if (!outcome) return again(ctx, { ...given, problem: wrongSignIn });
    if ('pending' in outcome) {
      rememberPending(ctx, outcome.pending, secure);
      return seeOther(ctx, verifySignInPath(given.returnTo));
    }
    seeOther(ctx, given.returnTo);
    arrive(ctx, outcome, secure);
  });
}

/** What has happened before somebody came here. */
function newsFor({ query }: AppContext): Pick<SignInForm, 'notice' | 'ended'> {
  if (query.browser === 'known') return { notice: browserKnown };
  if (query.session === 'ended') return { ended: sessionEnded };
  if (query.sign_in === 'too_often') return { ended: wentWrong };
  return query.sign_in === 'ended' ? { ended: tookTooLong } : {};
}

function again(ctx: AppContext, form: SignInForm): void {
  ctx.status = 422;
  ctx.render(signInPage(form));
}

function problemsOf(error: z.ZodError): Pick<SignInForm, 'problem' | 'fieldProblems'> {
  const wrong = new Set(error.issues.map(({ path }) => path[0]));
  const email = wrong.has('email') ? enterEmail : undefined;
  const password = wrong.has('password') ? enterPassword : undefined;
  return { problem: checkEntered, fieldProblems: { email, password } };
}
