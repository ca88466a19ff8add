/** Changing, setting and removing one's password, for whoever has proved lately who they are. */
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.ts';
import { hashPassword } from '../../accounts/password.ts';
import { passwordProblem } from '../../accounts/password-rules.ts';
import type { SessionStore } from '../../accounts/session-store.ts';
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { type Telling, tell } from '../account-news.ts';
import { type AppContext, type AppRouter, currentUser } from '../context.ts';
import { parseForm } from '../input.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { passwordPage, removePasswordPage } from '../pages/password-page.ts';
import { paths } from '../paths.ts';
import { seeOther } from '../redirect.ts';
import { leave } from '../session.ts';
import { sessionOf, sourceOf, visitorOf } from '../visitor.ts';

type Dependencies = Telling & {
  accounts: Accounts;
  passkeys: Passkeys;
  sessionStore: SessionStore;
  logger: Logger;
  origin: string;
};

/** So many passkeys that sign in by themselves are as good as a password: one of them may be lost. */
const enough = 2;

const passwordForm = z.object({ password: z.string().catch('') });
/** Nothing is asked, but it must be a form. */
const removeForm = z.object({});

/** GET and POST of /settings/password and /settings/password/remove. */
export function passwordRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { accounts, passkeys, logger, origin } = dependencies;
  const recentProof = requireRecentProof();

  router.get(paths.password, recentProof, async (ctx) => {
    const visitor = visitorOf(ctx);
    ctx.render(passwordPage(visitor, await accounts.hasPassword(visitor.id)));
  });

  router.post(paths.password, recentProof, async (ctx) => {
    const { data } = parseForm(ctx, passwordForm);
    const { id, email } = currentUser(ctx);
    const password = data?.password ?? '';
    const hadPassword = await accounts.hasPassword(id);
    const problem = await passwordProblem(password, { email, host: new URL(origin).hostname });
    if (problem) {
      ctx.status = 422;
      ctx.render(passwordPage(visitorOf(ctx), hadPassword, problem));
      return;
    }
    await accounts.setPassword(id, await hashPassword(password));
    const event = hadPassword ? 'password_changed' : 'password_set';
    await announce(ctx, dependencies, event);
    back(ctx, hadPassword ? 'Your password is changed.' : 'You have a password now.');
  });

  router.get(paths.removePassword, recentProof, (ctx) => showRemoval(ctx, dependencies));

  router.post(paths.removePassword, recentProof, async (ctx) => {
    parseForm(ctx, removeForm);
    const { id } = currentUser(ctx);
    const mayGo = async () => ((await passkeys.countReliable(id)) ?? 0) >= enough;
    if (!(await mayGo()) || !(await accounts.removePassword(id, mayGo))) {
      ctx.status = 409;
      const facts = { user: pseudonym(id), reason: 'not enough passkeys', ...sourceOf(ctx) };
      logEvent(logger, 'password_removed', { outcome: 'refused', ...facts });
      return showRemoval(ctx, dependencies, true);
    }
    await announce(ctx, dependencies, 'password_removed');
    back(ctx, 'Your password is removed. You sign in with your passkeys now.');
  });
}

async function showRemoval(
  ctx: AppContext,
  { accounts, passkeys }: Dependencies,
  refused = false,
): Promise<void> {
  const visitor = visitorOf(ctx);
  const [hasPassword, count] = await Promise.all([
    accounts.hasPassword(visitor.id),
    passkeys.countReliable(visitor.id),
  ]);
  ctx.render(removePasswordPage(visitor, { hasPassword, passkeys: count, refused }));
}

/** Whoever knew the old password is signed out, and the owner is told. */
async function announce(
  ctx: AppContext,
  dependencies: Dependencies,
  event: 'password_set' | 'password_changed' | 'password_removed',
): Promise<void> {
  const user = currentUser(ctx);
  await dependencies.sessionStore.endOthers(user.id, sessionOf(ctx).signInId);
  await tell(ctx, dependencies, user, { event });
  logEvent(dependencies.logger, event, { outcome: 'changed', user: pseudonym(user.id), ...sourceOf(ctx) });
}

function back(ctx: AppContext, notice: string): void {
  leave(ctx, 'flash', notice);
  seeOther(ctx, paths.security);
}
