/**
 * Signed-in sessions over koa-session: the only hands on ctx.session. Guests have none: nothing is ever written
 * for them, so they own no row and get no cookie for looking.
 */
import { randomBytes } from 'node:crypto';
import type Koa from 'koa';
import session from 'koa-session';
import { z } from 'zod';
import { recentProof, type SessionStore, sessionLifetime } from '../accounts/session-store.ts';
import type { User } from '../accounts/user.ts';
import type { AppContext, AppMiddleware } from './context.ts';
import { describeDevice } from './device.ts';
import { paths } from './paths.ts';

const sessionSchema = z.object({
  userId: z.string(),
  /** Names this sign-in to ceremonies; says nothing about the session id. */
  signInId: z.string(),
  method: z.enum(['password', 'passkey', 'email']),
  /** Where the session was opened, such as "Chrome on macOS". */
  device: z.string().optional(),
  /** Milliseconds since 1970 of the last proof; 0 while none has counted. */
  authenticatedAt: z.number(),
  /** The passkey that opened the session. */
  credentialId: z.string().optional(),
  flash: z.string().optional(),
  /** The passkey that has just been created: it can be given a name at once. */
  created: z.string().optional(),
  /** A passkey may be created automatically until then, in milliseconds since 1970. */
  upgradeUntil: z.number().optional(),
  /** The next page says so. */
  offersUpgrade: z.boolean().optional(),
  /** The passkey came from another device: this one may want its own. */
  fromElsewhere: z.boolean().optional(),
  /** What a form said when it was interrupted by a step-up. */
  draft: z
    .object({ path: z.string(), fields: z.record(z.string(), z.string()), until: z.number() })
    .optional(),
});

export type SessionData = z.infer<typeof sessionSchema>;

type KoaSession = Partial<SessionData> & { regenerate(): Promise<void> };
/** A session that has been read from the store. */
type Kept = { externalKey: string; toJSON(): Record<string, unknown> };
type WithSession = { session: KoaSession | object | null };

/** What koa-session is given for guests instead of an id: they have no session, so nothing is made, kept or removed. */
const guest = 'guest';

/**
 * The sign-in of a request: its new id, and what was saved under it. So the store can tell a new id from one that a
 * stranger sent, and koa-session's second save of a new session costs nothing.
 */
const signIns = new WeakMap<object, { id: string; saved: string | null }>();

/** The new id of a session that got one in this request; koa-session goes on calling it by the old one. */
const renamed = new WeakMap<object, string>();

/** Requests whose session was ended or renamed by another one meanwhile: they must not set its cookie again. */
const outrun = new WeakSet<object>();

/** The account that was read together with the session of a request. */
const loaded = new WeakMap<object, User>();

/** Answered without looking at who asks: the database is not needed, and no cookie gets into a shared cache. */
const impersonal: ReadonlySet<string> = new Set([paths.health, paths.readiness, paths.passkeyEndpoints]);

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
        set: (ctx, id) => {
          if (outrun.has(ctx)) return;
          ctx.cookies.set(name, renamed.get(ctx) ?? id, { ...cookie, overwrite: true });
        },
      },
      genid: (ctx: object) => signIns.get(ctx)?.id ?? guest,
      store: {
        get: async (id, _maxAge, { ctx }) => load(store, id, ctx),
        set: async (id, data, _maxAge, { ctx }) => save(store, renamed.get(ctx) ?? id, data, ctx),
        destroy: async (id) => (id === guest ? undefined : store.remove(id)),
      },
    },
    app,
  ) as AppMiddleware;
  return (ctx, next) => (impersonal.has(ctx.path) ? next() : withSession(ctx, next));
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
export async function startSession(ctx: AppContext, { proven, ...facts }: SignIn): Promise<void> {
  const held = ctx as unknown as WithSession;
  const signInId = randomBytes(16).toString('base64url');
  const device = describeDevice(ctx.get('User-Agent'));
  held.session = { ...facts, signInId, device, authenticatedAt: proven ? Date.now() : 0 };
  signIns.set(ctx, { id: randomBytes(32).toString('base64url'), saved: null });
  await (held.session as KoaSession).regenerate();
}

/** What a session begins with. */
type SignIn = Pick<
  SessionData,
  'userId' | 'method' | 'credentialId' | 'upgradeUntil' | 'offersUpgrade' | 'fromElsewhere' | 'flash'
> & {
  /** The sign-in counts as a proof of identity; a passkey that nobody vouched for does not. */
  proven: boolean;
};

/** Whether whoever is signed in has proved that it is them in the last ten minutes. */
export function hasRecentProof(ctx: AppContext): boolean {
  const authenticatedAt = readSession(ctx)?.authenticatedAt ?? 0;
  return authenticatedAt > Date.now() - recentProof;
}

/**
 * Notes a new proof: the same session under another id, so that a copy of the old cookie is worth nothing. Like
 * `startSession` the last act before the answer.
 *
 * @returns false, and nothing is changed, when another request was first: it gave the session another id, or ended it
 */
export async function renewProof(ctx: AppContext, store: SessionStore): Promise<boolean> {
  const { session: held } = ctx as unknown as { session: KoaSession & Kept };
  const id = randomBytes(32).toString('base64url');
  held.authenticatedAt = Date.now();
  // As koa-session would save it, so that it has nothing to save afterwards.
  const end = Date.now() + sessionLifetime.idle;
  const data = { ...held.toJSON(), _expire: end, _maxAge: sessionLifetime.idle };
  if (!(await store.rotate(held.externalKey, id, data))) {
    outrun.add(ctx);
    return false;
  }
  renamed.set(ctx, id);
  signIns.set(ctx, { id, saved: contentOf(data) });
  return true;
}

/** Signs out: when this is over the row is gone, and the cookie goes with the answer. No session is fine. */
export async function endSession(ctx: AppContext, store: SessionStore): Promise<void> {
  const held = ctx as unknown as WithSession;
  const session = readSession(ctx);
  const id = (held.session as Partial<Kept> | null)?.externalKey;
  if (id !== undefined) await store.remove(id);
  // Another request may have given it another id since this one has read it.
  if (session) await store.endSignIn(session.userId, session.signInId);
  held.session = null;
}

/** The session is gone already, with its account: the cookie goes with the answer. */
export function dropSession(ctx: AppContext): void {
  (ctx as unknown as WithSession).session = null;
}

/** What one request leaves for a later one of the same session. */
type Left = Pick<
  SessionData,
  'flash' | 'created' | 'upgradeUntil' | 'offersUpgrade' | 'fromElsewhere' | 'draft'
>;

/** Leaves something for a later page of this session. */
export function leave<Name extends keyof Left>(ctx: AppContext, name: Name, value: Left[Name]): void {
  (ctx as unknown as { session: Left }).session[name] = value;
}

/** Takes what was left, or undefined; it is there once. */
export function take<Name extends keyof Left>(ctx: AppContext, name: Name): Left[Name] {
  const { session: held } = ctx as unknown as { session: Left };
  const left = held[name];
  // Whoever asks for the head alone does not see it.
  if (left !== undefined && ctx.method !== 'HEAD') delete held[name];
  return left;
}

/** What an interrupted form of this very address said, while it is worth anything; it is there once. */
export function takeDraft(ctx: AppContext): Record<string, string> | null {
  const draft = readSession(ctx)?.draft;
  if (draft?.path !== ctx.path) return null;
  take(ctx, 'draft');
  return draft.until > Date.now() ? draft.fields : null;
}

async function load(store: SessionStore, id: string, ctx: object): Promise<unknown> {
  const found = await store.find(id);
  if (found) loaded.set(ctx, found.user);
  return found?.data;
}

async function save(store: SessionStore, id: string, data: Partial<SessionData>, ctx: object): Promise<void> {
  const fresh = signIns.get(ctx);
  if (fresh?.id !== id || data.userId === undefined) {
    if (!(await store.update(id, data))) outrun.add(ctx);
    return;
  }
  const content = contentOf(data);
  if (fresh.saved === null) await store.insert(id, data.userId, data);
  else if (fresh.saved !== content) await store.update(id, data);
  fresh.saved = content;
}

function contentOf(data: object): string {
  return JSON.stringify({ ...data, _expire: undefined });
}
