/** Another email address: asked for by whoever has proved lately who they are, confirmed by a link to the new one. */
import { z } from 'zod';
import type { MailedLinks } from '../../accounts/mailed-links.ts';
import { emailAddress } from '../../accounts/user.ts';
import { AppError } from '../../errors.ts';
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import { type Telling, tell } from '../account-news.ts';
import { type AppContext, type AppMiddleware, type AppRouter, currentUser } from '../context.ts';
import { rememberDevice } from '../device-cookie.ts';
import { parseForm } from '../input.ts';
import type { PostAskedFor } from '../letters/asked-for.ts';
import { linkGone, tokenOf } from '../mailed-token.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { emailPage } from '../pages/email-page.ts';
import { confirmEmailChangePage } from '../pages/mailed-link-page.ts';
import { paths, patterns } from '../paths.ts';
import { seeOther } from '../redirect.ts';
import { leave, takeDraft } from '../session.ts';
import { sourceOf, visitorOf } from '../visitor.ts';

type Dependencies = Telling & {
  links: MailedLinks;
  postAskedFor: PostAskedFor;
  formLimit: AppMiddleware;
  logger: Logger;
  secure: boolean;
  /** Whether mail can be sent at all. */
  mail: boolean;
};

const emailForm = z.object({ email: emailAddress });
const typed = z.object({ email: z.string().max(1_000).catch('') });
/** Nothing is asked, but it must be a form. */
const confirmForm = z.object({});

/** GET and POST /settings/email, behind requireUser. */
export function emailRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { postAskedFor, formLimit, logger, mail } = dependencies;
  const recentProof = requireRecentProof(['email']);
  const withMail: AppMiddleware = (_ctx, next) => {
    if (mail) return next();
    throw new AppError(
      'not_found',
      'This site does not send mail. Ask whoever runs it to change the address.',
    );
  };

  router.get(paths.email, withMail, recentProof, (ctx) => {
    ctx.render(emailPage(visitorOf(ctx), takeDraft(ctx)?.email));
  });

  router.post(paths.email, withMail, recentProof, formLimit, async (ctx) => {
    const form = parseForm(ctx, emailForm);
    const given = typed.parse(ctx.request.body).email;
    const user = currentUser(ctx);
    if (!form.success) return again(ctx, given, 'Enter an email address, such as name@example.com.');
    const { email } = form.data;
    if (email === user.email) return again(ctx, given, 'This is your address already.');

    await postAskedFor(email, { kind: 'email-change', userId: user.id, email });
    const facts = { user: pseudonym(user.id), ...sourceOf(ctx) };
    logEvent(logger, 'email_change_requested', { outcome: 'success', ...facts });
    leave(ctx, 'flash', `We have mailed a link to ${email}. Your address changes when you open it.`);
    seeOther(ctx, paths.security);
  });
}

/** GET and POST /settings/email/confirm/:token: the mail may be read on another device, so nobody needs to be signed in. */
export function emailConfirmationRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { links, formLimit, logger, secure } = dependencies;

  router.get(patterns.confirmEmail, async (ctx) => {
    const token = tokenOf(ctx);
    const change = await links.openEmailChange(token);
    if (change) ctx.render(confirmEmailChangePage(token, change.from, change.to));
    else gone(ctx);
  });

  router.post(patterns.confirmEmail, formLimit, async (ctx) => {
    parseForm(ctx, confirmForm);
    const changed = await links.changeEmail(tokenOf(ctx));
    if (!changed) return gone(ctx);
    const { user, from } = changed;
    const happening = { event: 'email_changed', detail: `${from} → ${user.email}` } as const;
    await tell(ctx, dependencies, user, happening, { undo: { email: from }, alsoTo: from });
    logEvent(logger, 'email_changed', { outcome: 'changed', user: pseudonym(user.id), ...sourceOf(ctx) });
    if (ctx.state.user?.id === user.id) {
      rememberDevice(ctx, user.email, secure);
      leave(ctx, 'flash', `Your email address is ${user.email} now.`);
    }
    seeOther(ctx, paths.security);
  });
}

function again(ctx: AppContext, given: string, problem: string): void {
  ctx.status = 422;
  ctx.render(emailPage(visitorOf(ctx), given, problem));
}

function gone(ctx: AppContext): void {
  const sentence = 'It was used already, it is older than an hour, or the address has an account by now.';
  linkGone(ctx, sentence, { href: paths.email, text: 'Ask for a new link' });
}
