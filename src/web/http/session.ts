/**
 * Signed-in sessions over koa-session: the only hands on ctx.session. Guests have none: nothing is ever written
 * for them, so they own no row and get no cookie for looking.
 * Must not know how a sign-in is proven.
 */
import type Koa from 'koa';
import session from 'koa-session';
import * as z from 'zod';
import type { SessionStore } from '../../accounts/session-store.ts';
import type { AccountFacts } from '../../accounts/user.ts';
import { recentProof, sessionLifetime } from '../../lifetimes.ts';
import type { Logger } from '../../logger.ts';
import type { CurrentSession } from '../../operations/confirm-identity.ts';
import type { OpenedSession } from '../../operations/open-session.ts';
import type { Requester } from '../../operations/operation.ts';
import { paths } from '../../paths.ts';
import { type AppContext, type AppMiddleware, type AppState, asksSecondFactor } from './context.ts';
import { cookieName } from './cookies.ts';

const sessionSchema = z.object({
  userId: z.string(),
  /** Names this sign-in to ceremonies; says nothing about the session id. */
  signInId: z.string(),
  /** Of the account when the session was opened: a permission that came with it ends with this. */
  epoch: z.number().optional(),
  method: z.enum(['password', 'passkey', 'email']),
  /** Where the session was opened, such as "Chrome on macOS". */
  device: z.string().optional(),
  /** Milliseconds since 1970 of the last proof; 0 while none has counted. */
  authenticatedAt: z.number(),
  /** By what; `second_factor` is both steps of a sign-in, or the password and a recovery code in a step-up. */
  provenBy: z.enum(['password', 'passkey', 'email', 'second_factor']).optional(),
  /** The passkey that opened the session. */
  credentialId: z.string().optional(),
  /** The passkey of the last proof, where that was not the opening of the session. */
  provenWith: z.string().optional(),
  flash: z.string().optional(),
  /** The passkey that has just been created: it can be given a name at once. */
  created: z.string().optional(),
  /** A recovery code has just been used, and so many are left: the next page says so. */
  codesLeft: z.number().optional(),
  /** A passkey may be created automatically until then, in milliseconds since 1970. */
  upgradeUntil: z.number().optional(),
  /** The next page says so. */
  offersUpgrade: z.boolean().optional(),
  /** This device may want a passkey of its own: somebody came in with another device, or by a mailed link. */
  invitation: z.enum(['elsewhere', 'recovered']).optional(),
});

export type SessionData = z.infer<typeof sessionSchema>;

type KoaSession = Partial<SessionData>;
/** A session that has been read from the store, or will be. */
type Kept = { externalKey: string; toJSON(): Record<string, unknown> };
type WithSession = { session: KoaSession | object | null };

/** What koa-session is given for guests instead of an id: they have no session, so nothing is made, kept or removed. */
const guest = 'guest';

/**
 * The session that an operation has written in this request: its id, and what is in it. So koa-session, which wants to
 * save it as well, has nothing to save.
 */
const written = new WeakMap<object, { id: string; content: string }>();

/** Requests whose session was ended or renamed by another one meanwhile: they must not set its cookie again. */
const superseded = new WeakSet<object>();

/** The account that was read together with the session of a request. */
const loaded = new WeakMap<object, AccountFacts>();

/** When the session of a request began: the one it came with, or the one it was given. */
const began = new WeakMap<object, Date>();

/** Answered without looking at who asks: the database is not needed, and no cookie gets into a shared cache. */
const impersonal: ReadonlySet<string> = new Set([paths.health, paths.readiness, paths.passkeyEndpoints]);

/** Loads the session of a request and saves what changed; one read for a request that has a cookie. */
export function sessions(
  app: Koa<AppState, AppContext>,
  store: SessionStore,
  { secure, logger }: { secure: boolean; logger: Logger },
): AppMiddleware {
  const name = cookieName(app.context.cookiePrefix, 'session', secure);
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
          if (superseded.has(ctx)) return;
          ctx.cookies.set(name, written.get(ctx)?.id ?? id, { ...cookie, overwrite: true });
        },
      },
      genid: (ctx: object) => written.get(ctx)?.id ?? guest,
      store: {
        get: async (id, _maxAge, { ctx }) => load(store, id, ctx),
        set: async (id, data, _maxAge, { ctx }) => save(store, written.get(ctx)?.id ?? id, data, ctx, logger),
        // Sessions end in operations.
        destroy: async () => {},
      },
    },
    app as unknown as Koa,
  ) as AppMiddleware;
  return (ctx, next) => (needsNone(ctx, name) ? next() : withSession(ctx, next));
}

/** A guest who only looks has no session and gets none. */
function needsNone(ctx: AppContext, name: string): boolean {
  return impersonal.has(ctx.path) || (isLooking(ctx) && !ctx.get('Cookie').includes(name));
}

function isLooking({ method }: AppContext): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Two cookies of one name mean that somebody else planted one: neither counts. */
function onlyCookie(ctx: AppContext, name: string): string {
  const sent = ctx
    .get('Cookie')
    .split(';')
    .filter((pair) => pair.trim().startsWith(`${name}=`));
  return (sent.length === 1 && ctx.cookies.get(name, { signed: true })) || '';
}

/** Of the cookies that an answer sets, those of the session: they say how the session is by now, whatever else has failed. */
export function sessionCookiesOf({ cookiePrefix, response }: AppContext): string[] {
  const names = [true, false].map((secure) => cookieName(cookiePrefix, 'session', secure));
  const lines = [response.headers['set-cookie'] ?? []].flat();
  return lines.filter((line) =>
    names.some((name) => line.startsWith(`${name}=`) || line.startsWith(`${name}.sig=`)),
  );
}

/**
 * Tells who is signed in, read on each request: an account that is gone has no session.
 *
 * @param asks whether a password alone is not enough for an account
 */
export function loadUser(asks: (account: AccountFacts) => Promise<boolean>): AppMiddleware {
  return async (ctx, next) => {
    const user = readSession(ctx) && loaded.get(ctx);
    if (user) {
      ctx.state.user = user;
      ctx.state.asksSecondFactor = await asks(user);
    }
    return next();
  };
}

/** The session of whoever is signed in, or null. */
export function readSession(ctx: AppContext): SessionData | null {
  if (!loaded.has(ctx) && !written.has(ctx)) return null;
  const parsed = sessionSchema.safeParse((ctx as unknown as WithSession).session);
  return parsed.success ? parsed.data : null;
}

/**
 * Gives this browser the session that an operation has opened: nothing of the former one is inherited. Must be the last
 * act before the answer, after everything that can fail.
 *
 * @throws for a GET: guests who only look are spared koa-session, and what is begun there would be lost
 */
export function startSession(ctx: AppContext, { id, data }: OpenedSession): void {
  if (isLooking(ctx)) throw new Error('a session begins with a POST');
  const held = ctx as unknown as WithSession;
  held.session = { ...data };
  began.set(ctx, new Date());
  written.set(ctx, { id, content: contentOf(data) });
}

/**
 * Whether whoever is signed in has proved that it is them in the last ten minutes. Where a second factor is asked for,
 * because of the account or of the site, a password or a mailed link alone is no proof.
 */
export function hasRecentProof(ctx: AppContext): boolean {
  const session = readSession(ctx);
  if (!session || session.authenticatedAt <= Date.now() - recentProof) return false;
  if (!asksSecondFactor(ctx)) return true;
  return session.provenBy === 'second_factor' || session.provenBy === 'passkey';
}

/** The same with a passkey, for what asks for one. */
export function hasRecentPasskeyProof(ctx: AppContext): boolean {
  return readSession(ctx)?.provenBy === 'passkey' && hasRecentProof(ctx);
}

/** The passkey of the last proof; undefined where that was something else. */
export function passkeyOfProof(ctx: AppContext): string | undefined {
  const session = readSession(ctx);
  return session?.provenBy === 'passkey' ? (session.provenWith ?? session.credentialId) : undefined;
}

/** Who asks in this request, and in which sign-in; null for a guest. */
export function requesterOrNull(ctx: AppContext): Requester | null {
  const session = readSession(ctx);
  return session && { userId: session.userId, signInId: session.signInId };
}

/** The session of a route behind requireUser, as an operation renames it. */
export function currentSession(ctx: AppContext): CurrentSession {
  const { session: held } = ctx as unknown as { session: KoaSession & Kept };
  const { userId, signInId, credentialId, authenticatedAt } = sessionSchema.parse(held);
  // A passkey that opened it and did not count by itself will now have been used beside a proof.
  const unprovenOpener = authenticatedAt > 0 ? null : (credentialId ?? null);
  return { userId, signInId, id: held.externalKey, data: held.toJSON(), unprovenOpener };
}

/**
 * Goes on with a session that an operation has renamed.
 *
 * @param renamed null when another request was first: it gave the session another id
 */
export function continueSession(ctx: AppContext, renamed: { id: string; data: object } | null): void {
  if (!renamed) return void superseded.add(ctx);
  Object.assign((ctx as unknown as { session: object }).session, renamed.data);
  written.set(ctx, { id: renamed.id, content: contentOf(renamed.data) });
}

/** The session is gone already, by an operation: the cookie goes with the answer. */
export function dropSession(ctx: AppContext): void {
  (ctx as unknown as WithSession).session = null;
}

/** What one request leaves for a later one of the same session. */
type Left = Pick<
  SessionData,
  'flash' | 'created' | 'codesLeft' | 'upgradeUntil' | 'offersUpgrade' | 'invitation'
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

async function load(store: SessionStore, id: string, ctx: object): Promise<unknown> {
  const found = await store.find(id);
  if (!found) return null;
  loaded.set(ctx, found.user);
  began.set(ctx, found.createdAt);
  // Koa-session checks these two; the row has them.
  return {
    ...(found.data as object),
    _expire: found.expiresAt.getTime(),
    _maxAge: sessionLifetime.idle,
  };
}

/**
 * Saves what one page leaves for another. The act of this request is done by now, in a transaction of its own: that the
 * next page says nothing of it is no reason to say that it failed.
 */
async function save(
  store: SessionStore,
  id: string,
  data: Partial<SessionData>,
  ctx: object,
  logger: Logger,
): Promise<void> {
  const createdAt = began.get(ctx);
  if (!createdAt || data.userId === undefined || written.get(ctx)?.content === contentOf(data)) return;
  try {
    if (!(await store.update(id, JSON.parse(contentOf(data)), createdAt))) superseded.add(ctx);
  } catch (error) {
    logger.warn({ err: error }, 'what was left for the next page could not be kept');
  }
}

function contentOf(data: object): string {
  return JSON.stringify({ ...data, _expire: undefined, _maxAge: undefined });
}
