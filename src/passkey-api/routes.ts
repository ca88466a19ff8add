/** Every address of the API on one screen. Knows HTTP; the ceremonies do the work. */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { readFields, readText } from './body.ts';
import { answerList, answerOne, remove, rename } from './credentials.ts';
import { loginFields, parseFields, registrationFields } from './fields.ts';
import { beginLogin, finishLogin } from './login.ts';
import { answerJson, givenApiKey, invalidKey, type KeyTest } from './middleware.ts';
import { Problem } from './problem.ts';
import { beginRegistration, finishRegistration } from './registration.ts';
import type { CeremonyContext } from './settings.ts';
import type { StartLimit } from './start-limit.ts';

/** The routes of a tenant. The finalize routes need no key: only a browser that was given the challenge can answer it. */
export function tenantRoutes(context: CeremonyContext, hasKey: KeyTest, startLimit: StartLimit): Middleware {
  const { scope, keys } = context;
  const router = new Router({ prefix: '/:tenant', strict: true, sensitive: true });
  const keyed: Middleware = (ctx, next) => {
    if (!hasKey(ctx)) throw invalidKey();
    return next();
  };

  router.post('/registration/initialize', keyed, async (ctx) => {
    const user = parseFields(registrationFields, await readFields(ctx));
    answerJson(ctx, { publicKey: await beginRegistration(context, user) });
  });
  router.post('/registration/finalize', async (ctx) => {
    answerJson(ctx, { token: await finishRegistration(context, await readText(ctx)) });
  });

  router.post('/login/initialize', async (ctx) => {
    const fields = await readFields(ctx);
    if (fields.user_id != null && !hasKey(ctx)) throw noKeyOfLogin(ctx);
    const { user_id: userId } = parseFields(loginFields, fields);
    if (!hasKey(ctx)) await startLimit(ctx);
    answerJson(ctx, { publicKey: await beginLogin(context, userId) });
  });
  router.post('/login/finalize', async (ctx) => {
    answerJson(ctx, { token: await finishLogin(context, await readText(ctx)) });
  });

  router.get('/credentials', keyed, (ctx) => answerList(ctx, scope));
  router.get('/credentials/:id', keyed, (ctx) => answerOne(ctx, scope));
  router.patch('/credentials/:id', keyed, (ctx) => rename(ctx, scope));
  router.delete('/credentials/:id', keyed, (ctx) => remove(ctx, scope));

  router.get('/.well-known/jwks.json', async (ctx) => {
    ctx.set('Cache-Control', 'max-age=600');
    answerJson(ctx, { keys: await keys.published() });
  });

  return router.routes() as unknown as Middleware;
}

/** The status page: answers 200 only when the database does. */
export function statusPage({ scope }: CeremonyContext): Middleware {
  return async (ctx, next) => {
    if (ctx.path !== '/') return next();
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw new Problem(405, 'Method Not Allowed');
    await scope.db.raw('SELECT 1');
    ctx.type = 'html';
    ctx.body =
      '<!doctype html><html lang="en"><title>Passkey API</title><p>The passkey API is up.</p></html>\n';
  };
}

/** This one route words a missing key differently. */
function noKeyOfLogin(ctx: Context): Problem {
  return givenApiKey(ctx) === '' ? new Problem(401, 'api key is missing') : invalidKey();
}
