/** The session middleware alone, over a real store: a test says what a request does, and with which cookies it comes. */
import Keygrip from 'keygrip';
import Koa from 'koa';
import supertest, { type Response } from 'supertest';
import { createLinks } from '../../src/accounts/links.ts';
import { createSessionStore } from '../../src/accounts/session-store.ts';
import { createLogger } from '../../src/logger.ts';
import { type OpenedSession, type Opening, openSession } from '../../src/operations/open-session.ts';
import { createOperate, type Requester } from '../../src/operations/operation.ts';
import type { AppContext, AppState } from '../../src/web/http/context.ts';
import {
  loadUser,
  readSession,
  requesterOrNull,
  type SessionData,
  sessions,
  startSession,
} from '../../src/web/http/session.ts';
import { createTestDatabase } from './database.ts';
import { cookiesOf } from './request.ts';

type Act = (ctx: AppContext) => unknown;

export const visitor = { id: 'a3e1a1de-4e2c-4c0e-9d35-1d3f2f6f4b10', email: 'ada@example.com', epoch: 0 };

export type SessionApp = Awaited<ReturnType<typeof startSessionApp>>;

/** One account exists: that of the visitor. */
export async function startSessionApp() {
  const database = await createTestDatabase();
  const created_at = new Date(Date.now() - 60_000).toISOString();
  await database.db('users').insert({ ...visitor, created_at, updated_at: created_at });
  const store = createSessionStore(database.db);
  const logger = createLogger('silent');
  const operate = createOperate({ db: database.db, logger, links: createLinks(['a key']), mail: false });
  const keys = new Keygrip(['a key of these tests'], 'sha256');

  function listening(act: Act) {
    const koa = new Koa<AppState, AppContext>();
    koa.keys = keys;
    koa.context.cookiePrefix = 'latchkey-';
    koa.silent = true;
    koa.use(sessions(koa, store, { secure: false, logger }));
    koa.use(loadUser(async ({ secondFactorSince }) => secondFactorSince !== null));
    koa.use(async (ctx) => {
      ctx.body = '';
      await act(ctx);
    });
    return koa.callback();
  }

  async function open(
    opening: Partial<Opening> = {},
    former: Requester | null = null,
  ): Promise<OpenedSession> {
    const source = { address: '192.0.2.7', requestId: 'this-request', device: 'Chrome on macOS' };
    const facts = { method: 'password', proven: true, ...opening } as const;
    const opened = await operate(source, (act) => openSession(act, visitor, facts, { epoch: 0 }, former));
    if (!opened) throw new Error('the account has changed');
    return opened;
  }

  const ask = (
    cookie: string,
    act: Act,
    method: 'get' | 'post' | 'head' = 'get',
    path = '/',
  ): Promise<Response> =>
    supertest(listening(act))
      [method](path)
      .set('Cookie', cookie)
      .then((answer) => answer);

  return {
    database,
    store,
    /** A request of a browser with these cookies, that does this. */
    ask,
    /** Signs the visitor in. @returns the cookies of the session */
    signIn: async (opening: Partial<Opening> = {}, cookie = ''): Promise<string> =>
      cookiesOf(
        await ask(
          cookie,
          async (ctx) => startSession(ctx, await open(opening, requesterOrNull(ctx))),
          'post',
        ),
      ),
    /** Opens a session of the visitor, as signing in does. */
    open,
    /** What a session with these cookies holds; null when they are a stranger's. */
    held: async (cookie: string): Promise<SessionData | null> => {
      let found: SessionData | null = null;
      await ask(cookie, (ctx) => {
        found = ctx.state.user ? readSession(ctx) : null;
      });
      return found;
    },
    rows: () => database.db('sessions').orderBy('created_at').select(),
  };
}
