// #region fastify
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import session from '@fastify/session';
import ejs from 'ejs';
import fastify from 'fastify';
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

const app = fastify({ trustProxy: false });
app.register(cookie);
app.register(formbody);
app.register(session, {
  secret: process.env.SESSION_SECRET ?? randomBytes(32).toString('hex'),
  saveUninitialized: false,
  cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto' },
});

async function signIn(request, user) {
  await request.session.regenerate();
  request.session.userId = user.id;
}

async function requireUser(request, reply) {
  request.user = userById(request.session.userId);
  if (!request.user) return reply.redirect('/login', 303);
}

function browserOf(request) {
  request.session.browser ??= randomUUID();
  return request.session.browser;
}

const html = (reply, text) => reply.type('text/html; charset=utf-8').send(text);
const script = (reply, text) => reply.type('text/javascript').send(text);
app.get('/passkeys.js', async (_request, reply) =>
  script(reply, await readFile(new URL('public/passkeys.js', step))),
);
app.get('/webauthn-json/webauthn-json.js', async (_request, reply) =>
  script(reply, await readFile(new URL(import.meta.resolve('@github/webauthn-json')))),
);

app.get('/', { preHandler: requireUser }, async (request, reply) =>
  html(reply, await view('account', { user: request.user })),
);
app.get('/login', async (_request, reply) => html(reply, await view('login', { message: '' })));
app.post('/login', async (request, reply) => {
  const user = userWithPassword(request.body?.email, request.body?.password);
  if (!user) return html(reply.code(422), await view('login', { message: 'Email or password is wrong.' }));
  await signIn(request, user);
  return reply.redirect('/', 303);
});
app.post('/logout', async (request, reply) => {
  await request.session.destroy();
  return reply.redirect('/login', 303);
});

app.post('/passkeys/create/start', { preHandler: requireUser }, (request) =>
  startCreating(request.user, browserOf(request)),
);
app.post('/passkeys/create/finish', { preHandler: requireUser }, async (request) => {
  await finishCreating(request.body, request.user, browserOf(request));
  return { created: true };
});
app.post('/passkeys/sign-in/start', (request) => startSigningIn(browserOf(request)));
app.post('/passkeys/sign-in/finish', async (request, reply) => {
  const user = userById(await finishSigningIn(request.body, browserOf(request)));
  if (!user) return reply.code(401).send({ error: 'Nobody here has this passkey.' });
  await signIn(request, user);
  return { signedIn: true };
});

app.setErrorHandler((error, _request, reply) => {
  console.warn(error);
  const [status, words] = outcomeOf(error);
  return reply.code(status).send({ error: words });
});

function outcomeOf(error) {
  if (error instanceof Refusal) return [400, 'This passkey was not accepted. Please try again.'];
  if (error instanceof Unavailable)
    return [503, 'Passkeys are not available at the moment. Please use your password.'];
  if (error.statusCode < 500) return [error.statusCode, 'This request could not be read.'];
  return [500, 'Something went wrong on our side.'];
}

const port = Number(process.env.PORT ?? 4000);
await app.listen({ port, host: '127.0.0.1' });
console.log(`http://localhost:${port}`);
// #endregion
