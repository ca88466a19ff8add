// #region app
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import session from 'express-session';
import { finishCreating, startCreating } from './passkeys.js';
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

// #region routes
app.get('/', requireUser, (req, res) => {
  res.render('account', { user: req.user });
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
app.post('/passkeys/create/start', requireUser, async (req, res) => {
  res.json(await startCreating(req.user));
});

app.post('/passkeys/create/finish', requireUser, async (req, res) => {
  await finishCreating(req.body);
  res.json({ created: true });
});
// #endregion

// #region listen
const port = process.env.PORT ?? 4000;
app.listen(port, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`http://localhost:${port}`);
});
// #endregion
