/** The session middleware alone, over a real store: a test says what a request does, and with which cookies it comes. */
import Keygrip from 'keygrip';
import Koa from 'koa';
import supertest, { type Response } from 'supertest';
import { createSessionStore } from '../../src/accounts/session-store.ts';
import type { AppContext, AppState } from '../../src/web/context.ts';
import { loadUser, readSession, type SessionData, sessions, startSession } from '../../src/web/session.ts';
import { createTestDatabase } from './database.ts';
import { cookiesOf } from './request.ts';

type Act = (ctx: AppContext) => unknown;

export const visitor = { id: 'a3e1a1de-4e2c-4c0e-9d35-1d3f2f6f4b10', email: 'ada@example.com' };

export type SessionApp = Awaited<ReturnType<typeof startSessionApp>>;

/** One account exists: that of the visitor. */
export async function startSessionApp() {
  const database = await createTestDatabase();
  const created_at = new Date(Date.now() - 60_000).toISOString();
  await database.db('users').insert({ ...visitor, created_at, updated_at: created_at });
  const store = createSessionStore(database.db);
  const keys = new Keygrip(['a key of these tests'], 'sha256');

  function listening(act: Act) {
    const koa = new Koa<AppState, AppContext>();
    koa.keys = keys;
    koa.silent = true;
    koa.use(sessions(koa as never, store, { secure: false }));
    koa.use(loadUser());
    koa.use(async (ctx) => {
      ctx.body = '';
      await act(ctx);
    });
    return koa.callback();
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
    signIn: async (facts: Partial<Parameters<typeof startSession>[1]> = {}): Promise<string> => {
      const signIn = { userId: visitor.id, method: 'password', proven: true, ...facts } as const;
      return cookiesOf(await ask('', (ctx) => startSession(ctx, signIn)));
    },
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
