// #region koa
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import Router from '@koa/router';
import ejs from 'ejs';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import session from 'koa-session';
import { Unavailable } from '../express/5-fail-well/api.js';
import { Refusal } from '../express/5-fail-well/ceremonies.js';
import {
  finishCreating,
  finishSigningIn,
  startCreating,
  startSigningIn,
} from '../express/5-fail-well/passkeys.js';
import { userById, userWithPassword } from '../express/5-fail-well/users.js';

const step = new URL('../express/5-fail-well/', import.meta.url);
const view = (name, data) => ejs.renderFile(fileURLToPath(new URL(`views/${name}.ejs`, step)), data);

/** On the server: a cookie that holds the session itself cannot be taken back. */
const sessions = new Map();
const store = {
  get: (key) => sessions.get(key),
  set: (key, value) => void sessions.set(key, value),
  destroy: (key) => void sessions.delete(key),
};

const app = new Koa();
app.keys = [process.env.SESSION_SECRET ?? randomBytes(32).toString('hex')];
app.on('error', (error) => console.warn(error));
app.use(async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    console.warn(error);
    const [status, words] = outcomeOf(error);
    ctx.status = status;
    ctx.body = { error: words };
  }
});
app.use(session({ store, httpOnly: true, sameSite: 'lax' }, app));
app.use(bodyParser());

async function signIn(ctx, user) {
  await ctx.session.regenerate();
  ctx.session.userId = user.id;
}

async function requireUser(ctx, next) {
  ctx.state.user = userById(ctx.session.userId);
  if (ctx.state.user) return next();
  ctx.status = 303;
  ctx.redirect('/login');
}

function browserOf(ctx) {
  ctx.session.browser ??= randomUUID();
  return ctx.session.browser;
}

const router = new Router();
async function script(ctx, file) {
  ctx.type = 'text/javascript';
  ctx.body = await readFile(file);
}
router.get('/passkeys.js', (ctx) => script(ctx, new URL('public/passkeys.js', step)));
router.get('/webauthn-json/webauthn-json.js', (ctx) =>
  script(ctx, new URL(import.meta.resolve('@github/webauthn-json'))),
);

router.get('/', requireUser, async (ctx) => {
  ctx.body = await view('account', { user: ctx.state.user });
});
router.get('/login', async (ctx) => {
  ctx.body = await view('login', { message: '' });
});
router.post('/login', async (ctx) => {
  const { email, password } = ctx.request.body ?? {};
  const user = userWithPassword(email, password);
  if (user) await signIn(ctx, user);
  ctx.status = user ? 303 : 422;
  if (user) ctx.redirect('/');
  else ctx.body = await view('login', { message: 'Email or password is wrong.' });
});
router.post('/logout', (ctx) => {
  ctx.session = null;
  ctx.status = 303;
  ctx.redirect('/login');
});

router.post('/passkeys/create/start', requireUser, async (ctx) => {
  ctx.body = await startCreating(ctx.state.user, browserOf(ctx));
});
router.post('/passkeys/create/finish', requireUser, async (ctx) => {
  await finishCreating(ctx.request.body, ctx.state.user, browserOf(ctx));
  ctx.body = { created: true };
});
router.post('/passkeys/sign-in/start', async (ctx) => {
  ctx.body = await startSigningIn(browserOf(ctx));
});
router.post('/passkeys/sign-in/finish', async (ctx) => {
  const user = userById(await finishSigningIn(ctx.request.body, browserOf(ctx)));
  if (!user) throw new Refusal('Nobody here has this passkey.');
  await signIn(ctx, user);
  ctx.body = { signedIn: true };
});
app.use(router.routes());

function outcomeOf(error) {
  if (error instanceof Refusal) return [400, 'This passkey was not accepted. Please try again.'];
  if (error instanceof Unavailable)
    return [503, 'Passkeys are not available at the moment. Please use your password.'];
  if (error.status < 500) return [error.status, 'This request could not be read.'];
  return [500, 'Something went wrong on our side.'];
}

const port = process.env.PORT ?? 4000;
app.listen(port, '127.0.0.1', () => console.log(`http://localhost:${port}`));
// #endregion
