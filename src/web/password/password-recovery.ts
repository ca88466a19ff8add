/** A forgotten password: a link by mail, the same answer for every address, and then a new password or a passkey. */
import * as z from 'zod';
import { emailAddress } from '../../accounts/email-address.ts';
import { openLink } from '../../accounts/links.ts';
import type { Database } from '../../db/database.ts';
import { AppError } from '../../errors.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths, patterns, verifySignInPath } from '../../paths.ts';
import { arrive, browserOf } from '../http/arrival.ts';
import { comesBack } from '../http/comes-back.ts';
import type { AppContext, AppMiddleware, AppRouter } from '../http/context.ts';
import { enterEmail } from '../http/field-words.ts';
import { declinedLocalPasskey } from '../http/hint-cookies.ts';
import { parseForm, typedEmail } from '../http/input.ts';
import { rememberPending } from '../http/pending-cookie.ts';
import { seeOther } from '../http/redirect.ts';
import { sourceOf } from '../http/visitor.ts';
import { forgottenPasswordSentPage } from '../links/check-mail-page.ts';
import { askForHelp } from '../links/mail-words.ts';
import { resetPasswordPage } from '../links/mailed-link-page.ts';
import { limitUnlessOpen, linkGone, tokenOf } from '../links/mailed-token.ts';
import { choosePasswordOrPasskey, chosenPasswordForm } from './chosen-password.ts';
import { forgotPasswordPage } from './forgot-password-page.ts';
import { openedWords } from './password-words.ts';

type Dependencies = {
  db: Database;
  operations: Operations;
  passkeys: Passkeys;
  formLimit: AppMiddleware;
  origin: string;
  secure: boolean;
  /** Whether mail can be sent at all. */
  mail: boolean;
};

const forgotForm = z.object({ email: emailAddress });

/** GET and POST /password/forgot, GET /password/forgot/sent, GET and POST /password/reset/:token. */
export function passwordRecoveryRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { db, operations, formLimit, origin, mail } = dependencies;

  router.get(paths.forgotPassword, (ctx) => ctx.render(forgotPasswordPage(mail)));

  const askAgain = comesBack((ctx, refusal) =>
    ctx.render(forgotPasswordPage(mail, typedEmail(ctx), '', refusal)),
  );

  router.post(paths.forgotPassword, askAgain, formLimit, async (ctx) => {
    if (!mail) throw new AppError('mail_off', askForHelp);
    const form = parseForm(ctx, forgotForm);
    if (!form.success) {
      ctx.status = 422;
      ctx.render(forgotPasswordPage(mail, typedEmail(ctx), enterEmail));
      return;
    }
    await operations.requestReset(form.data.email, sourceOf(ctx));
    seeOther(ctx, paths.forgotPasswordSent);
  });

  router.get(paths.forgotPasswordSent, (ctx) => ctx.render(forgottenPasswordSentPage()));

  router.get(patterns.resetPassword, async (ctx) => {
    const token = tokenOf(ctx);
    const found = await openLink(db, token, 'reset-password');
    if (found) ctx.render(resetPasswordPage(token, found.user.email));
    else linkGone(ctx, 'reset-password');
  });

  const unlessOpen = limitUnlessOpen((token) => openLink(db, token, 'reset-password'), formLimit);

  const chooseAgain = comesBack(async (ctx, refusal) => {
    const token = tokenOf(ctx);
    const owner = (await openLink(db, token, 'reset-password'))?.user;
    if (owner) ctx.render(resetPasswordPage(token, owner.email, { refusal }));
  });

  router.post(patterns.resetPassword, chooseAgain, unlessOpen, async (ctx) => {
    const form = parseForm(ctx, chosenPasswordForm);
    const token = tokenOf(ctx);
    const owner = (await openLink(db, token, 'reset-password'))?.user;
    // A link that does not work is used all the same, so that the log is told.
    if (!owner) return openAgain(ctx, dependencies, token, null);
    const about = { email: owner.email, origin, address: ctx.state.address };
    const chosen = await choosePasswordOrPasskey(form.data ?? { password: '' }, about);
    if ('problem' in chosen) {
      ctx.status = 422;
      ctx.render(resetPasswordPage(token, owner.email, { problem: chosen.problem }));
      return;
    }
    await openAgain(ctx, dependencies, token, chosen.passwordHash);
  });
}

/** Everybody else is signed out; whoever opened the link is in. With passkeys that remain they are shown first. */
async function openAgain(
  ctx: AppContext,
  { db, operations, passkeys, secure }: Dependencies,
  token: string,
  passwordHash: string | null,
): Promise<void> {
  const owner = (await openLink(db, token, 'reset-password'))?.user;
  const remaining = (owner && (await passkeys.listOrNull(owner.id))) ?? [];
  // Whoever wants a passkey instead of a password is asked, also where somebody has said no.
  const invites = passwordHash === null || !declinedLocalPasskey(ctx, secure);
  const flash = openedWords(passwordHash === null);
  const browser = { ...browserOf(ctx, secure), invites };
  const opened = await operations.resetPassword(token, passwordHash, browser, flash, sourceOf(ctx));
  if (!opened) return linkGone(ctx, 'reset-password');
  const next = remaining.length > 0 ? paths.reviewPasskeys : paths.dashboard;
  if ('pending' in opened) {
    rememberPending(ctx, opened.pending, secure);
    return seeOther(ctx, verifySignInPath(next));
  }
  seeOther(ctx, next);
  arrive(ctx, opened, secure);
}
