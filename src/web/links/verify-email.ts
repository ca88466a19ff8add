/** Confirming an email address by the link in a mail: of a sign-up, whose account begins here, and of an account. */
import { openLink } from '../../accounts/links.ts';
import type { Database } from '../../db/database.ts';
import type { Operations } from '../../operations/operations.ts';
import { beganIn, openSignUp, pendingSignUp } from '../../operations/sign-up.ts';
import { paths, patterns } from '../../paths.ts';
import { comesBack } from '../http/comes-back.ts';
import type { AppContext, AppMiddleware, AppRouter } from '../http/context.ts';
import { rememberDevice } from '../http/device-cookie.ts';
import { expectForm, parseForm } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { leave, requesterOrNull, startSession } from '../http/session.ts';
import { forgetSignUp, signUpBrowser } from '../http/sign-up-cookie.ts';
import { requesterOf, sourceOf } from '../http/visitor.ts';
import { choosePasswordOrPasskey, chosenPasswordForm } from '../password/chosen-password.ts';
import { verificationSentPage } from './check-mail-page.ts';
import { addressConfirmed, sentAgain, welcome } from './mail-words.ts';
import { confirmAddressPage, confirmSignUpPage } from './mailed-link-page.ts';
import { limitUnlessOpen, linkGone, tokenOf } from './mailed-token.ts';

type Dependencies = {
  db: Database;
  operations: Operations;
  formLimit: AppMiddleware;
  origin: string;
  secure: boolean;
};

/** GET /verify-email, POST /verify-email/resend, GET and POST /verify-email/:token. */
export function verifyEmailRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { db, operations, formLimit, origin, secure } = dependencies;

  const showSent = async (ctx: AppContext, said: { notice?: string; refusal?: string }) => {
    if (ctx.state.user?.address === null) return seeOther(ctx, paths.email);
    const browser = signUpBrowser(ctx, secure);
    const pending = browser ? await pendingSignUp(db, browser) : null;
    const email = ctx.state.user?.email ?? pending?.email ?? '';
    ctx.render(verificationSentPage(email, said, ctx.state.user !== undefined));
  };

  router.get(paths.verifyEmailSent, (ctx) =>
    showSent(ctx, ctx.query.again === 'yes' ? { notice: sentAgain } : {}),
  );

  const sendAgain = comesBack((ctx, refusal) => showSent(ctx, { refusal }));

  router.post(paths.resendVerification, sendAgain, formLimit, async (ctx) => {
    expectForm(ctx);
    const browser = signUpBrowser(ctx, secure);
    const { user } = ctx.state;
    if (user?.address === null) return seeOther(ctx, paths.email);
    if (user) await operations.requestConfirmation(requesterOf(ctx), user.email, sourceOf(ctx));
    // Where the sign-up is complete already, such as by a link that was opened elsewhere, signing in comes next.
    else if (!browser || !(await operations.resendSignUp(browser, sourceOf(ctx))))
      return seeOther(ctx, paths.login);
    seeOther(ctx, `${paths.verifyEmailSent}?again=yes`);
  });

  router.get(patterns.verifyEmail, async (ctx) => {
    const token = tokenOf(ctx);
    const signUp = await openSignUp(db, token);
    if (signUp) {
      const isHere = beganIn(signUp, signUpBrowser(ctx, secure));
      return ctx.render(confirmSignUpPage(token, signUp.email, isHere));
    }
    const found = await openLink(db, token, 'confirm-email');
    if (found) return ctx.render(confirmAddressPage(token, found.user.email));
    linkGone(ctx, 'confirm-email');
  });

  const unlessOpen = limitUnlessOpen(
    async (token) => (await openSignUp(db, token)) ?? openLink(db, token, 'confirm-email'),
    formLimit,
  );

  const confirmAgain = comesBack(async (ctx, refusal) => {
    const token = tokenOf(ctx);
    const signUp = await openSignUp(db, token);
    if (!signUp) return;
    const isHere = beganIn(signUp, signUpBrowser(ctx, secure));
    ctx.render(confirmSignUpPage(token, signUp.email, isHere, { refusal }));
  });

  router.post(patterns.verifyEmail, confirmAgain, unlessOpen, async (ctx) => {
    const { data: form = { password: '' } } = parseForm(ctx, chosenPasswordForm);
    const token = tokenOf(ctx);
    const signUp = await openSignUp(db, token);
    if (!signUp) return confirmAddress(ctx, dependencies, token);
    const isHere = beganIn(signUp, signUpBrowser(ctx, secure));
    const about = { email: signUp.email, origin, address: ctx.state.address };
    const chosen = isHere ? { passwordHash: null } : await choosePasswordOrPasskey(form, about);
    if ('problem' in chosen) {
      ctx.status = 422;
      ctx.render(confirmSignUpPage(token, signUp.email, false, { problem: chosen.problem }));
      return;
    }
    await complete(ctx, dependencies, token, chosen.passwordHash);
  });
}

async function confirmAddress(ctx: AppContext, { operations }: Dependencies, token: string): Promise<void> {
  if (!(await operations.confirmEmail(token, sourceOf(ctx)))) return linkGone(ctx, 'confirm-email');
  if (ctx.state.user) leave(ctx, 'flash', addressConfirmed);
  seeOther(ctx, paths.security);
}

/** The first visit: signed in, and on the page where a passkey is offered. */
async function complete(
  ctx: AppContext,
  { operations, secure }: Dependencies,
  token: string,
  chosenHash: string | null,
): Promise<void> {
  const opener = { browser: signUpBrowser(ctx, secure), chosenHash, former: requesterOrNull(ctx) };
  const completed = await operations.completeSignUp(token, opener, welcome, sourceOf(ctx));
  if (!completed) return linkGone(ctx, 'confirm-email');
  forgetSignUp(ctx, secure);
  rememberDevice(ctx, completed.user, secure);
  seeOther(ctx, paths.dashboard);
  startSession(ctx, completed.session);
}
