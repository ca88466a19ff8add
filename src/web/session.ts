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
import { paths } from './paths.ts';

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

/** Answered without looking at who asks: whether the process lives must not depend on the database. */
const probes: ReadonlySet<string> = new Set([paths.health, paths.readiness]);

/** Loads the session of a request and saves what changed; one read for a request that has a cookie. */
export function sessions(
  app: Koa<never, never>,
  store: SessionStore,
  { secure }: { secure: boolean },
): AppMiddleware {
  const name = secure ? '__Host-session' : 'session';
  const cookie = {
    maxAge: sessionLifetime.idle,
    secure,
    httpOnly: true,
    sameSite: 'lax',
    signed: true,
  } as const;
  const withSession = session(
    {
      ...cookie,
      key: name,
      renew: true,
      externalKey: {
        get: (ctx) => onlyCookie(ctx, name),
        set: (ctx, id) => ctx.cookies.set(name, id, { ...cookie, overwrite: true }),
      },
      genid: (ctx: object) => signIns.get(ctx)?.id ?? guest,
      store: {
        get: async (id, _maxAge, { ctx }) => load(store, id, ctx),
        set: async (id, data, _maxAge, { ctx }) => save(store, id, data, ctx),
        destroy: async (id) => (id === guest ? undefined : store.remove(id)),
      },
    },
    app,
  ) as AppMiddleware;
  return (ctx, next) => (probes.has(ctx.path) ? next() : withSession(ctx, next));
}

/** Two cookies of one name mean that somebody else planted one: neither counts. */
function onlyCookie(ctx: AppContext, name: string): string {
  const sent = ctx
    .get('Cookie')
    .split(';')
    .filter((pair) => pair.trim().startsWith(`${name}=`));
  return (sent.length === 1 && ctx.cookies.get(name, { signed: true })) || '';
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

/** Signs out: when this is over the row is gone, and the cookie goes with the answer. No session is fine. */
export async function endSession(ctx: AppContext, store: SessionStore): Promise<void> {
  const held = ctx as unknown as WithSession;
  const id = (held.session as { externalKey?: string } | null)?.externalKey;
  if (id !== undefined) await store.remove(id);
  held.session = null;
}

/** Leaves a sentence for the next page of this session. */
export function flash(ctx: AppContext, sentence: string): void {
  (ctx as unknown as { session: KoaSession }).session.flash = sentence;
}

/** Takes the sentence that was left, or undefined; it is there once. */
export function takeFlash(ctx: AppContext): string | undefined {
  const { session: held } = ctx as unknown as { session: KoaSession };
  const sentence = held.flash;
  // Whoever asks for the head alone does not see it.
  if (sentence !== undefined && ctx.method !== 'HEAD') delete held.flash;
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
