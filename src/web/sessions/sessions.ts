/** Where somebody is signed in, and how to end that. */
import type { SessionStore } from '../../accounts/session-store.ts';
import { AppError } from '../../errors.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths, patterns } from '../../paths.ts';
import { type AppContext, type AppMiddleware, type AppRouter, currentUser } from '../http/context.ts';
import { rememberDevice } from '../http/device-cookie.ts';
import { takeDraft } from '../http/draft-cookie.ts';
import { expectForm } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { dropSession, leave, take } from '../http/session.ts';
import { requesterOf, sessionOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { deviceWords } from './device-words.ts';
import { endedOneWords, endedWords, endOneNow, endOthersNow, noSuchSession } from './session-words.ts';
import { sessionsPage } from './sessions-page.ts';

type Dependencies = {
  passkeys: Passkeys;
  sessionStore: SessionStore;
  operations: Operations;
  secure: boolean;
};

/** GET /settings/sessions, GET and POST /settings/sessions/:id/revoke and /settings/sessions/revoke-others. */
export function sessionRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { sessionStore, operations, secure } = dependencies;
  const recentProof = requireRecentProof(secure);

  router.get(paths.sessions, (ctx) => show(ctx, dependencies, take(ctx, 'flash') ?? ''));

  // Whoever comes back from a step-up comes with a GET, to the page with the button.
  router.get(paths.endOtherSessions, (ctx) =>
    show(ctx, dependencies, takeDraft(ctx, secure) ? endOthersNow : ''),
  );
  router.get(patterns.endSession, (ctx) => show(ctx, dependencies, takeDraft(ctx, secure) ? endOneNow : ''));

  router.post(paths.endOtherSessions, recentProof, async (ctx) => {
    expectForm(ctx);
    const { ended, user } = await operations.endOtherSessions(requesterOf(ctx), sourceOf(ctx));
    rememberDevice(ctx, user, secure);
    leave(ctx, 'flash', endedWords(ended));
    seeOther(ctx, paths.sessions);
  });

  // One's own session ends without a proof, as signing out does.
  const provenForOthers: AppMiddleware = (ctx, next) =>
    ctx.params?.id === sessionOf(ctx).signInId ? next() : recentProof(ctx, next);

  router.post(patterns.endSession, provenForOthers, async (ctx) => {
    expectForm(ctx);
    const id = ctx.params?.id ?? '';
    if (id === sessionOf(ctx).signInId) return signOut(ctx, dependencies);
    const sessions = await sessionStore.listFor(currentUser(ctx).id);
    const session = sessions.find(({ signInId }) => signInId === id);
    const device = deviceWords(session?.device ?? null);
    if (!session || !(await operations.endSession(requesterOf(ctx), id, device, sourceOf(ctx))))
      throw new AppError('not_found', noSuchSession, { reason: 'no session of theirs' });
    leave(ctx, 'flash', endedOneWords(device));
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

async function signOut(ctx: AppContext, { operations }: Dependencies): Promise<void> {
  await operations.signOut(requesterOf(ctx), sourceOf(ctx));
  dropSession(ctx);
  ctx.set('Clear-Site-Data', '"cache"');
  seeOther(ctx, paths.login);
}
