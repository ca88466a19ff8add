/** Confirming an email address by the link in a mail: of a sign-up, whose account begins here, and of an account. */
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.ts';
import type { MailedLinks } from '../../accounts/mailed-links.ts';
import { verifyPassword } from '../../accounts/password.ts';
import type { SignUp, SignUps } from '../../accounts/sign-ups.ts';
import { hashOf } from '../../accounts/token-store.ts';
import type { User } from '../../accounts/user.ts';
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import { note, type Telling } from '../account-news.ts';
import type { AppContext, AppMiddleware, AppRouter } from '../context.ts';
import { rememberDevice } from '../device-cookie.ts';
import { parseForm } from '../input.ts';
import type { PostAskedFor } from '../letters/asked-for.ts';
import { linkGone, tokenOf } from '../mailed-token.ts';
import { verificationSentPage } from '../pages/check-mail-page.ts';
import { confirmAddressPage, confirmSignUpPage } from '../pages/mailed-link-page.ts';
import { paths, patterns } from '../paths.ts';
import { seeOther } from '../redirect.ts';
import { leave, startSession } from '../session.ts';
import { forgetSignUp, signUpBrowser } from '../sign-up-cookie.ts';
import { sourceOf } from '../visitor.ts';

type Dependencies = Telling & {
  accounts: Accounts;
  signUps: SignUps;
  links: MailedLinks;
  postAskedFor: PostAskedFor;
  formLimit: AppMiddleware;
  logger: Logger;
  secure: boolean;
};

const confirmation = z.object({ password: z.string().catch('') });
/** Nothing is asked, but it must be a form. */
const resendForm = z.object({});

/** GET /verify-email, POST /verify-email/resend, GET and POST /verify-email/:token. */
export function verifyEmailRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { accounts, signUps, links, postAskedFor, formLimit, secure } = dependencies;

  router.get(paths.verifyEmailSent, async (ctx) => {
    const browser = signUpBrowser(ctx, secure);
    const pending = browser ? await signUps.pending(browser) : null;
    const email = ctx.state.user?.email ?? pending?.email ?? '';
    const notice = ctx.query.again === 'yes' ? 'We have sent it again.' : '';
    ctx.render(verificationSentPage(email, notice, ctx.state.user !== undefined));
  });

  router.post(paths.resendVerification, formLimit, async (ctx) => {
    parseForm(ctx, resendForm);
    const browser = signUpBrowser(ctx, secure);
    const { user } = ctx.state;
    if (user && !(await accounts.facts(user.id))?.emailVerified)
      await postAskedFor(user.email, { kind: 'confirm-email', userId: user.id });
    const pending = browser && !user ? await signUps.pending(browser) : null;
    if (pending) await postAskedFor(pending.email, { kind: 'sign-up', browserHash: pending.browserHash });
    seeOther(ctx, `${paths.verifyEmailSent}?again=yes`);
  });

  router.get(patterns.verifyEmail, async (ctx) => {
    const token = tokenOf(ctx);
    const signUp = await signUps.open(token);
    if (signUp) return ctx.render(confirmSignUpPage(token, signUp.email, asksPassword(ctx, signUp, secure)));
    const user = await links.openConfirmation(token);
    if (user) return ctx.render(confirmAddressPage(token, user.email));
    gone(ctx);
  });

  router.post(patterns.verifyEmail, formLimit, async (ctx) => {
    const form = parseForm(ctx, confirmation);
    const token = tokenOf(ctx);
    const signUp = await signUps.open(token);
    if (!signUp) return confirmAddress(ctx, dependencies, token);
    if (asksPassword(ctx, signUp, secure)) {
      const password = form.data?.password ?? '';
      if (!(await verifyPassword(signUp.passwordHash ?? '', password))) {
        ctx.status = 422;
        ctx.render(confirmSignUpPage(token, signUp.email, true, 'This is not the password that you chose.'));
        return;
      }
    }
    const user = await signUps.complete(token);
    if (user) await welcome(ctx, dependencies, user);
    else gone(ctx);
  });
}

/**
 * Somebody could sign up with the address of another person, who then opens the link: the account would have a password
 * that a stranger knows. So in another browser the password is asked for; without a password there is no such danger.
 */
function asksPassword(ctx: AppContext, { passwordHash, browserHash }: SignUp, secure: boolean): boolean {
  const browser = signUpBrowser(ctx, secure);
  return passwordHash !== null && (browser === null || hashOf(browser) !== browserHash);
}

async function confirmAddress(
  ctx: AppContext,
  { links, activity, logger }: Dependencies,
  token: string,
): Promise<void> {
  const user = await links.confirm(token);
  if (!user) return gone(ctx);
  await note(ctx, { activity }, user.id, { event: 'email_confirmed' });
  logEvent(logger, 'email_confirmed', { outcome: 'changed', user: pseudonym(user.id), ...sourceOf(ctx) });
  if (ctx.state.user) leave(ctx, 'flash', 'Your email address is confirmed.');
  seeOther(ctx, paths.security);
}

/** The first visit: signed in, and on the page where a passkey is offered. */
async function welcome(ctx: AppContext, dependencies: Dependencies, user: User): Promise<void> {
  const { activity, logger, secure } = dependencies;
  forgetSignUp(ctx, secure);
  rememberDevice(ctx, user.email, secure);
  await note(ctx, { activity }, user.id, { event: 'account_created' });
  await note(ctx, { activity }, user.id, { event: 'signed_in', method: 'email' });
  logEvent(logger, 'account_created', { outcome: 'success', user: pseudonym(user.id), ...sourceOf(ctx) });
  seeOther(ctx, paths.dashboard);
  await startSession(ctx, { userId: user.id, method: 'email', proven: true, flash: welcomeNotice });
}

const welcomeNotice = 'Your account is ready. Create a passkey, and next time you sign in with one touch.';

function gone(ctx: AppContext): void {
  const sentence = 'It was used already, or it is too old. If you signed up, sign in or begin again.';
  linkGone(ctx, sentence, { href: paths.login, text: 'Go to the sign-in page' });
}
