/** A forgotten password: a link by mail, the same answer for every address, and then a new password or a passkey. */
import { z } from 'zod';
import type { MailedLinks } from '../../accounts/mailed-links.ts';
import { hashPassword } from '../../accounts/password.ts';
import { passwordProblem } from '../../accounts/password-rules.ts';
import type { SessionStore } from '../../accounts/session-store.ts';
import type { SignInThrottle } from '../../accounts/sign-in-throttle.ts';
import { emailAddress, type User } from '../../accounts/user.ts';
import { AppError } from '../../errors.ts';
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import { type Telling, tell } from '../account-news.ts';
import type { AppContext, AppMiddleware, AppRouter } from '../context.ts';
import { knownDevice, rememberDevice } from '../device-cookie.ts';
import { parseForm } from '../input.ts';
import type { PostAskedFor } from '../letters/asked-for.ts';
import { linkGone, tokenOf } from '../mailed-token.ts';
import { forgottenPasswordSentPage } from '../pages/check-mail-page.ts';
import { forgotPasswordPage } from '../pages/forgot-password-page.ts';
import { resetPasswordPage } from '../pages/mailed-link-page.ts';
import { paths, patterns } from '../paths.ts';
import { seeOther } from '../redirect.ts';
import { startSession } from '../session.ts';
import { sourceOf } from '../visitor.ts';

type Dependencies = Telling & {
  links: MailedLinks;
  sessionStore: SessionStore;
  throttle: SignInThrottle;
  postAskedFor: PostAskedFor;
  formLimit: AppMiddleware;
  logger: Logger;
  origin: string;
  secure: boolean;
  /** Whether mail can be sent at all. */
  mail: boolean;
};

const forgotForm = z.object({ email: emailAddress });
const typed = z.object({ email: z.string().max(1_000).catch('') });
const resetForm = z.object({
  password: z.string().catch(''),
  way: z.literal('passkey').optional().catch(undefined),
});

/** GET and POST /password/forgot, GET /password/forgot/sent, GET and POST /password/reset/:token. */
export function passwordRecoveryRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { links, postAskedFor, formLimit, logger, origin, mail } = dependencies;

  router.get(paths.forgotPassword, (ctx) => ctx.render(forgotPasswordPage(mail)));

  router.post(paths.forgotPassword, formLimit, async (ctx) => {
    if (!mail) throw new AppError('not_found', 'This site does not send mail.');
    const form = parseForm(ctx, forgotForm);
    if (!form.success) {
      ctx.status = 422;
      const problem = 'Enter your email address, such as name@example.com.';
      ctx.render(forgotPasswordPage(mail, typed.parse(ctx.request.body).email, problem));
      return;
    }
    await postAskedFor(form.data.email, { kind: 'forgotten-password', email: form.data.email });
    logEvent(logger, 'password_reset_requested', { outcome: 'success', ...sourceOf(ctx) });
    seeOther(ctx, paths.forgotPasswordSent);
  });

  router.get(paths.forgotPasswordSent, (ctx) => ctx.render(forgottenPasswordSentPage()));

  router.get(patterns.resetPassword, async (ctx) => {
    const token = tokenOf(ctx);
    const user = await links.openReset(token);
    if (user) ctx.render(resetPasswordPage(token, user.email));
    else gone(ctx);
  });

  router.post(patterns.resetPassword, formLimit, async (ctx) => {
    const form = parseForm(ctx, resetForm);
    const token = tokenOf(ctx);
    const owner = await links.openReset(token);
    if (!owner) return gone(ctx);
    const { password = '', way } = form.data ?? {};
    const { hostname: host } = new URL(origin);
    const problem = way ? null : await passwordProblem(password, { email: owner.email, host });
    if (problem) {
      ctx.status = 422;
      ctx.render(resetPasswordPage(token, owner.email, problem));
      return;
    }
    const user = await links.reset(token, way ? null : await hashPassword(password));
    if (user) await openAgain(ctx, dependencies, user, way === 'passkey');
    else gone(ctx);
  });
}

/** Everybody else is signed out; whoever opened the link is in. */
async function openAgain(
  ctx: AppContext,
  dependencies: Dependencies,
  user: User,
  wantsPasskey: boolean,
): Promise<void> {
  const { sessionStore, throttle, logger, secure } = dependencies;
  await sessionStore.endOthers(user.id);
  await throttle.clear({ email: user.email, device: knownDevice(ctx, user.email, secure) });
  rememberDevice(ctx, user.email, secure);
  await tell(ctx, dependencies, user, { event: 'password_reset', method: 'email' });
  logEvent(logger, 'password_reset', { outcome: 'changed', user: pseudonym(user.id), ...sourceOf(ctx) });
  seeOther(ctx, paths.dashboard);
  const flash = wantsPasskey
    ? 'You are in. Create a passkey now, and you need no password next time.'
    : 'Your password is changed, and everybody else was signed out. A passkey cannot be forgotten: create one here.';
  await startSession(ctx, { userId: user.id, method: 'email', proven: true, flash });
}

function gone(ctx: AppContext): void {
  const sentence = 'It was used already, or it is older than 30 minutes.';
  linkGone(ctx, sentence, { href: paths.forgotPassword, text: 'Ask for a new link' });
}
