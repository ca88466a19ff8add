/** Another email address: asked for by whoever has proved lately who they are, confirmed by a link to the new one. */
import * as z from 'zod';
import { emailAddress } from '../../accounts/email-address.ts';
import type { Database } from '../../db/database.ts';
import { AppError } from '../../errors.ts';
import { openEmailChange } from '../../operations/change-email.ts';
import type { Operations } from '../../operations/operations.ts';
import { paths, patterns } from '../../paths.ts';
import { comesBack } from '../http/comes-back.ts';
import { type AppContext, type AppMiddleware, type AppRouter, currentUser } from '../http/context.ts';
import { rememberDevice } from '../http/device-cookie.ts';
import { takeDraft } from '../http/draft-cookie.ts';
import { expectForm, parseForm, typedEmail } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { leave, requesterOrNull } from '../http/session.ts';
import { requesterOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { askForAddress } from '../links/mail-words.ts';
import { confirmElsewherePage, confirmEmailChangePage } from '../links/mailed-link-page.ts';
import { limitUnlessOpen, linkGone, tokenOf } from '../links/mailed-token.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { emailPage } from './email-page.ts';
import { alreadyYours, changedWords, enterNewEmail, linkMailedWords } from './email-words.ts';

type Dependencies = {
  db: Database;
  operations: Operations;
  formLimit: AppMiddleware;
  secure: boolean;
  /** Whether mail can be sent at all. */
  mail: boolean;
};

const emailForm = z.object({ email: emailAddress });

/** GET and POST /settings/email, behind requireUser. */
export function emailRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, formLimit, secure, mail } = dependencies;
  const recentProof = requireRecentProof(secure, ['email']);
  const withMail: AppMiddleware = (_ctx, next) => {
    if (mail) return next();
    throw new AppError('mail_off', askForAddress);
  };

  router.get(paths.email, withMail, recentProof, (ctx) => {
    ctx.render(emailPage(visitorOf(ctx), takeDraft(ctx, secure)?.email));
  });

  const back = comesBack((ctx, refusal) =>
    ctx.render(emailPage(visitorOf(ctx), typedEmail(ctx), '', refusal)),
  );

  router.post(paths.email, withMail, recentProof, back, formLimit, async (ctx) => {
    const form = parseForm(ctx, emailForm);
    const given = typedEmail(ctx);
    const user = currentUser(ctx);
    if (!form.success) return again(ctx, given, enterNewEmail);
    const { email } = form.data;
    if (email === user.email) return again(ctx, given, alreadyYours);

    await operations.requestEmailChange(requesterOf(ctx), email, sourceOf(ctx));
    leave(ctx, 'flash', linkMailedWords(email));
    seeOther(ctx, paths.security);
  });
}

/**
 * GET and POST /settings/email/confirm/:token. Only the session that asked can confirm; elsewhere the page says where,
 * and whoever looks there needs not be signed in.
 */
export function emailConfirmationRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { db, operations, formLimit, secure } = dependencies;

  router.get(patterns.confirmEmail, async (ctx) => {
    const token = tokenOf(ctx);
    const change = await openEmailChange(db, token);
    if (!change) return linkGone(ctx, 'change-email');
    const isHere = change.signInId === requesterOrNull(ctx)?.signInId;
    ctx.render(isHere ? confirmEmailChangePage(token, change.from, change.to) : confirmElsewherePage(ctx));
  });

  const unlessOpen = limitUnlessOpen((token) => openEmailChange(db, token), formLimit);

  router.post(patterns.confirmEmail, unlessOpen, async (ctx) => {
    expectForm(ctx);
    const changed = await operations.confirmEmailChange(tokenOf(ctx), requesterOrNull(ctx), sourceOf(ctx));
    if (changed === 'gone') return linkGone(ctx, 'change-email');
    if (changed === 'elsewhere') {
      ctx.status = 409;
      return ctx.render(confirmElsewherePage(ctx));
    }
    rememberDevice(ctx, changed, secure);
    leave(ctx, 'flash', changedWords(changed.email));
    seeOther(ctx, paths.security);
  });
}

function again(ctx: AppContext, given: string, problem: string): void {
  ctx.status = 422;
  ctx.render(emailPage(visitorOf(ctx), given, problem));
}
