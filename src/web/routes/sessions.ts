/** Where somebody is signed in, and how to end that. */
import { z } from 'zod';
import type { SessionStore } from '../../accounts/session-store.ts';
import { AppError } from '../../errors.ts';
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { note, type Telling } from '../account-news.ts';
import { type AppContext, type AppRouter, currentUser } from '../context.ts';
import { parseForm } from '../input.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { deviceWords } from '../pages/device-words.ts';
import { sessionsPage } from '../pages/sessions-page.ts';
import { paths, patterns } from '../paths.ts';
import { seeOther } from '../redirect.ts';
import { endSession, leave, take, takeDraft } from '../session.ts';
import { sessionOf, sourceOf, visitorOf } from '../visitor.ts';

type Dependencies = Telling & { passkeys: Passkeys; sessionStore: SessionStore; logger: Logger };

/** Nothing is asked, but it must be a form. */
const endForm = z.object({});

/** GET /settings/sessions, POST /settings/sessions/:id/revoke, GET and POST /settings/sessions/revoke-others. */
export function sessionRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { sessionStore } = dependencies;

  router.get(paths.sessions, (ctx) => show(ctx, dependencies, take(ctx, 'flash') ?? ''));

  // Whoever comes back from a step-up comes with a GET, to the page with the button.
  router.get(paths.endOtherSessions, (ctx) =>
    show(ctx, dependencies, takeDraft(ctx) ? 'Thank you. You can end all other sessions now.' : ''),
  );

  router.post(paths.endOtherSessions, requireRecentProof(), async (ctx) => {
    parseForm(ctx, endForm);
    const ended = await sessionStore.endOthers(currentUser(ctx).id, sessionOf(ctx).signInId);
    if (ended > 0) await announce(ctx, dependencies, `all others (${ended})`);
    leave(ctx, 'flash', endedWords(ended));
    seeOther(ctx, paths.sessions);
  });

  router.post(patterns.endSession, async (ctx) => {
    parseForm(ctx, endForm);
    const id = ctx.params?.id ?? '';
    const { id: userId } = currentUser(ctx);
    if (id === sessionOf(ctx).signInId) return signOut(ctx, dependencies);
    const session = (await sessionStore.listFor(userId)).find(({ signInId }) => signInId === id);
    if (!session || !(await sessionStore.endSignIn(userId, id)))
      throw new AppError('not_found', 'There is no such session.');
    const device = deviceWords(session.device);
    await announce(ctx, dependencies, device);
    leave(ctx, 'flash', `The session is ended: ${device}.`);
    seeOther(ctx, paths.sessions);
  });
}

async function show(
  ctx: AppContext,
  { passkeys, sessionStore }: Dependencies,
  notice: string,
): Promise<void> {
  const visitor = visitorOf(ctx);
  const [sessions, listed] = await Promise.all([
    sessionStore.listFor(visitor.id),
    passkeys.listOrNull(visitor.id),
  ]);
  const { signInId: current } = sessionOf(ctx);
  ctx.render(sessionsPage(visitor, { sessions, current, passkeys: listed, notice }));
}

async function signOut(ctx: AppContext, { sessionStore, logger }: Dependencies): Promise<void> {
  const { id } = currentUser(ctx);
  await endSession(ctx, sessionStore);
  logEvent(logger, 'sign_out', { outcome: 'success', user: pseudonym(id), ...sourceOf(ctx) });
  ctx.set('Clear-Site-Data', '"cache"');
  seeOther(ctx, paths.login);
}

/** @param which a device, or how many */
async function announce(ctx: AppContext, dependencies: Dependencies, which: string): Promise<void> {
  const { id } = currentUser(ctx);
  await note(ctx, dependencies, id, { event: 'sessions_ended', detail: which });
  const facts = { user: pseudonym(id), reason: `by their owner: ${which}`, ...sourceOf(ctx) };
  logEvent(dependencies.logger, 'sessions_ended', { outcome: 'changed', ...facts });
}

function endedWords(count: number): string {
  if (count === 0) return 'There was no other session.';
  return count === 1 ? 'The other session is ended.' : `${count} other sessions are ended.`;
}
