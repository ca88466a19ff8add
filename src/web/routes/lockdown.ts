/** "This wasn't me": the link in a letter about a change. Looking changes nothing; the button secures the account. */
import { z } from 'zod';
import type { MailedLinks, Undo } from '../../accounts/mailed-links.ts';
import type { SessionStore } from '../../accounts/session-store.ts';
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { note, type Telling } from '../account-news.ts';
import type { AppContext, AppMiddleware, AppRouter } from '../context.ts';
import { parseForm } from '../input.ts';
import { linkGone, tokenOf } from '../mailed-token.ts';
import { lockdownPage } from '../pages/mailed-link-page.ts';
import { securedPage } from '../pages/secured-page.ts';
import { paths, patterns } from '../paths.ts';
import { sourceOf } from '../visitor.ts';

type Dependencies = Telling & {
  links: MailedLinks;
  passkeys: Passkeys;
  sessionStore: SessionStore;
  formLimit: AppMiddleware;
  logger: Logger;
};

/** Nothing is asked, but it must be a form. */
const lockdownForm = z.object({});

/** GET and POST /account/lockdown/:token. */
export function lockdownRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { links, formLimit, sessionStore, logger } = dependencies;

  router.get(patterns.lockdown, async (ctx) => {
    const token = tokenOf(ctx);
    const found = await links.openLockdown(token);
    if (found) ctx.render(lockdownPage(token, found.user.email, found.undo));
    else gone(ctx);
  });

  router.post(patterns.lockdown, formLimit, async (ctx) => {
    parseForm(ctx, lockdownForm);
    const locked = await links.lockDown(tokenOf(ctx));
    if (!locked) return gone(ctx);
    const { user, undo, since } = locked;
    await sessionStore.endOthers(user.id);
    await removePasskeys(dependencies, user.id, undo, since);
    await note(ctx, dependencies, user.id, { event: 'locked_down' });
    await dependencies.post({ kind: 'reset-password', userId: user.id });
    logEvent(logger, 'account_locked_down', {
      outcome: 'changed',
      user: pseudonym(user.id),
      ...sourceOf(ctx),
    });
    ctx.render(securedPage(user.email, undo));
  });
}

/** From now on what was added opens nothing; the passkey service is told now, or when it answers again. */
async function removePasskeys(
  { passkeys }: Dependencies,
  userId: string,
  undo: Undo,
  since: Date,
): Promise<void> {
  if (undo && 'passkey' in undo) await passkeys.disown(userId, undo.passkey);
  // Of what came after another address, the owner was not told.
  if (undo && 'email' in undo) await passkeys.disownSince(userId, since);
  await passkeys.erase(userId);
}

function gone(ctx: AppContext): void {
  const sentence =
    'It was used already, or it is older than a week. If something is wrong, reset your password.';
  linkGone(ctx, sentence, { href: paths.forgotPassword, text: 'Reset your password' });
}
