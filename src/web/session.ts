/**
 * Signed-in sessions over koa-session: the only hands on ctx.session. Guests have none: nothing is ever written
 * for them, so they own no row and get no cookie for looking.
 */
import { randomBytes } from 'node:crypto';
import type Koa from 'koa';
import session from 'koa-session';
import { z } from 'zod';
import { type SessionStore, sessionLifetime } from '../accounts/session-store.ts';
import type { User } from '../accounts/user.ts';
import type { AppContext, AppMiddleware } from './context.ts';

const sessionSchema = z.object({
  userId: z.string(),
  /** Names this sign-in to ceremonies; says nothing about the session id. */
  signInId: z.string(),
  method: z.enum(['password', 'passkey']),
  /** Milliseconds since 1970 of the last proof. */
  authenticatedAt: z.number(),
  credentialId: z.string().optional(),
  flash: z.string().optional(),
});

export type SessionData = z.infer<typeof sessionSchema>;

type KoaSession = Partial<SessionData> & { regenerate(): Promise<void> };
type WithSession = { session: KoaSession | object | null };

/** What koa-session is given for guests instead of an id: they have no session, so nothing is made, kept or removed. */
const guest = 'guest';

/**
 * The sign-in of a request: its new id, and what was saved under it. So the store can tell a new id from one that a
 * stranger sent, and koa-session's second save of a new session costs nothing.
 */
const signIns = new WeakMap<object, { id: string; saved: string | null }>();

/** The account that was read together with the session of a request. */
const loaded = new WeakMap<object, User>();

/** Loads the session of a request and saves what changed; one read for a request that has a cookie. */
export function sessions(
  app: Koa<never, never>,
  store: SessionStore,
  options: { secure: boolean },
): AppMiddleware {
  return session(
    {
      key: options.secure ? '__Host-session' : 'session',
      maxAge: sessionLifetime.idle,
      renew: true,
      secure: options.secure,
      httpOnly: true,
      sameSite: 'lax',
      signed: true,
      genid: (ctx: object) => signIns.get(ctx)?.id ?? guest,
      store: {
        get: async (id, _maxAge, { ctx }) => load(store, id, ctx),
        set: async (id, data, _maxAge, { ctx }) => save(store, id, data, ctx),
        destroy: async (id) => (id === guest ? undefined : store.remove(id)),
      },
    },
    app,
  ) as AppMiddleware;
}

/** Tells who is signed in, read on each request: an account that is gone has no session. */
export function loadUser(): AppMiddleware {
  return (ctx, next) => {
    const user = readSession(ctx) && loaded.get(ctx);
    if (user) ctx.state.user = user;
    return next();
  };
}

/** The session of whoever is signed in, or null. */
export function readSession(ctx: AppContext): SessionData | null {
  const parsed = sessionSchema.safeParse((ctx as unknown as WithSession).session);
  return parsed.success ? parsed.data : null;
}

/**
 * Signs somebody in: new id, nothing inherited, the former session of this browser ended. Must be the last act
 * before the answer, after everything that can fail.
 */
export async function startSession(
  ctx: AppContext,
  facts: Pick<SessionData, 'userId' | 'method' | 'credentialId'>,
): Promise<void> {
  const held = ctx as unknown as WithSession;
  held.session = { ...facts, signInId: randomBytes(16).toString('base64url'), authenticatedAt: Date.now() };
  signIns.set(ctx, { id: randomBytes(32).toString('base64url'), saved: null });
  await (held.session as KoaSession).regenerate();
}

/** Signs out: the row goes, then the cookie. No session is fine. */
export function endSession(ctx: AppContext): void {
  (ctx as unknown as WithSession).session = null;
}

/** Leaves a sentence for the next page of this session. */
export function flash(ctx: AppContext, sentence: string): void {
  (ctx as unknown as { session: KoaSession }).session.flash = sentence;
}

/** Takes the sentence that was left, or undefined; it is there once. */
export function takeFlash(ctx: AppContext): string | undefined {
  const { session: held } = ctx as unknown as { session: KoaSession };
  const sentence = held.flash;
  if (sentence !== undefined) delete held.flash;
  return sentence;
}

async function load(store: SessionStore, id: string, ctx: object): Promise<unknown> {
  const found = await store.find(id);
  if (found) loaded.set(ctx, found.user);
  return found?.data;
}

async function save(store: SessionStore, id: string, data: Partial<SessionData>, ctx: object): Promise<void> {
  const fresh = signIns.get(ctx);
  if (fresh?.id !== id || data.userId === undefined) return store.update(id, data);
  const content = JSON.stringify({ ...data, _expire: undefined });
  if (fresh.saved === null) await store.insert(id, data.userId, data);
  else if (fresh.saved !== content) await store.update(id, data);
  fresh.saved = content;
}
