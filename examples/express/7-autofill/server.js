// #region app
import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import session from 'express-session';
import { Unavailable } from './api.js';
import { Refusal } from './ceremonies.js';
import { NotPossible, remove, removePassword, rename } from './manage.js';
import { finishCreating, finishSigningIn, passkeysOf, startCreating, startSigningIn } from './passkeys.js';
import { userById, userWithPassword } from './users.js';

const app = express();
app.set('view engine', 'ejs');
app.set('views', path.join(import.meta.dirname, 'views'));
app.use(express.urlencoded());
app.use(
  session({
    secret: process.env.SESSION_SECRET ?? randomBytes(32).toString('hex'),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto' },
  }),
);
// #endregion

// #region files
app.use(express.json());
app.use(express.static(path.join(import.meta.dirname, 'public')));
const webauthnJson = fileURLToPath(import.meta.resolve('@github/webauthn-json'));
app.use('/webauthn-json', express.static(path.dirname(webauthnJson)));
// #endregion

// #region session
/** Begins a session under a new id, so that an id from before the sign-in is worth nothing. */
function signIn(req, user) {
  return new Promise((resolve, reject) => {
    req.session.regenerate((error) => {
      if (error) return reject(error);
      req.session.userId = user.id;
      req.session.provedAt = Date.now();
      resolve();
    });
  });
}

function requireUser(req, res, next) {
  req.user = userById(req.session.userId);
  if (req.user) next();
  else res.redirect(303, '/login');
}
// #endregion

// #region recent-proof
const tenMinutes = 10 * 60_000;

/** A session may be days old, and somebody else's hands on it. What changes the ways in needs a sign-in just now. */
function requireRecentProof(req, res, next) {
  if (Date.now() - req.session.provedAt < tenMinutes) return next();
  const message = 'Please sign in again: your last sign-in was more than ten minutes ago.';
  res.status(403);
  if (req.is('json')) res.json({ error: message });
  else res.render('login', { message });
}
// #endregion

// #region browser
/** A name for this browser, kept in its session: a challenge is answered where it was asked for. */
function browserOf(req) {
  req.session.browser ??= randomUUID();
  return req.session.browser;
}
// #endregion

// #region routes
app.get('/', requireUser, async (req, res) => {
  // The page is there without the API, too.
  const passkeys = await passkeysOf(req.user).catch(() => null);
  res.render('account', { user: req.user, passkeys });
});

app.get('/login', (_req, res) => {
  res.render('login', { message: '' });
});

app.post('/login', async (req, res) => {
  const { email, password } = req.body ?? {};
  const user = userWithPassword(email, password);
  if (!user) return res.status(422).render('login', { message: 'Email or password is wrong.' });
  await signIn(req, user);
  res.redirect(303, '/');
});

app.post('/logout', (req, res) => {
  req.session.destroy(() => res.redirect(303, '/login'));
});
// #endregion

// #region create
app.post('/passkeys/create/start', requireUser, requireRecentProof, async (req, res) => {
  res.json(await startCreating(req.user, browserOf(req)));
});

app.post('/passkeys/create/finish', requireUser, requireRecentProof, async (req, res) => {
  await finishCreating(req.body, req.user, browserOf(req));
  res.json({ created: true });
});
// #endregion

// #region sign-in
app.post('/passkeys/sign-in/start', async (req, res) => {
  res.json(await startSigningIn(browserOf(req)));
});

app.post('/passkeys/sign-in/finish', async (req, res) => {
  const user = userById(await finishSigningIn(req.body, browserOf(req)));
  if (!user) return res.status(401).json({ error: 'Nobody here has this passkey.' });
  await signIn(req, user);
  res.json({ signedIn: true });
});
// #endregion

// #region manage
app.post('/passkeys/:id/rename', requireUser, async (req, res) => {
  await rename(req.user, req.params.id, req.body?.name);
  res.redirect(303, '/');
});

app.post('/passkeys/:id/delete', requireUser, requireRecentProof, async (req, res) => {
  await remove(req.user, req.params.id);
  res.redirect(303, '/');
});

app.post('/password/delete', requireUser, requireRecentProof, async (req, res) => {
  await removePassword(req.user);
  res.redirect(303, '/');
});
// #endregion

// #region errors
/** The status, and what people are told. What has happened in detail is for the log alone. */
function outcomeOf(error) {
  if (error instanceof Refusal) return [400, 'This passkey was not accepted. Please try again.'];
  if (error instanceof Unavailable)
    return [503, 'Passkeys are not available at the moment. Please use your password.'];
  if (error instanceof NotPossible) return [error.status, error.message];
  if (error.status < 500) return [error.status, 'This request could not be read.'];
  return [500, 'Something went wrong on our side.'];
}

// Express knows an error handler by its four parameters.
app.use((error, req, res, _next) => {
  console.warn(error);
  const [status, words] = outcomeOf(error);
  res.status(status);
  if (req.is('json')) res.json({ error: words });
  else res.render('error', { words });
});
// #endregion

// #region listen
const port = process.env.PORT ?? 4000;
app.listen(port, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`http://localhost:${port}`);
});
// #endregion
