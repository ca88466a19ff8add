/**
 * What many would write by hand: Express 5, EJS, passport with a password, and express-session in SQLite by way of
 * better-sqlite3. One account and its two passkeys; the page is as large as ours and reads the same things. VIEWS has
 * its template.
 */
import Database from 'better-sqlite3';
import sqliteStore from 'better-sqlite3-session-store';
import express from 'express';
import session from 'express-session';
import passport from 'passport';
import { Strategy } from 'passport-local';

const { DATABASE = '', EMAIL = '', PASSWORD = '', PORT, VIEWS = '' } = process.env;

const db = new Database(DATABASE);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = NORMAL');
db.exec(`
  CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT UNIQUE NOT NULL);
  CREATE TABLE passkeys (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, name TEXT NOT NULL, created_at TEXT NOT NULL);
  CREATE INDEX passkeys_of ON passkeys (user_id);
`);
db.prepare('INSERT INTO users VALUES (?, ?)').run('1', EMAIL);
for (const id of ['one', 'two'])
  db.prepare('INSERT INTO passkeys VALUES (?, ?, ?, ?)').run(id, '1', 'Passkey', new Date().toISOString());
const userById = db.prepare('SELECT * FROM users WHERE id = ?');
const userByEmail = db.prepare('SELECT * FROM users WHERE email = ?');
const passkeysOf = db.prepare('SELECT * FROM passkeys WHERE user_id = ?');

// How long it takes to compare a password is another row of the table.
passport.use(
  new Strategy({ usernameField: 'email' }, (email, password, done) => {
    done(null, password === PASSWORD && userByEmail.get(email));
  }),
);
passport.serializeUser((user, done) => done(null, user.id));
passport.deserializeUser((id, done) => done(null, userById.get(id) ?? false));

const SqliteStore = sqliteStore(session);
const app = express();
app.set('views', VIEWS);
app.set('view engine', 'ejs');
app.set('trust proxy', 'loopback');
app.disable('x-powered-by');
app.use(express.urlencoded({ extended: false }));
app.use(
  session({
    store: new SqliteStore({ client: db }),
    secret: 'a secret of this benchmark alone',
    resave: false,
    saveUninitialized: false,
    cookie: { secure: true, sameSite: 'lax', maxAge: 7 * 86_400_000 },
  }),
);
app.use(passport.session());
app.get('/healthz', (_request, response) => response.end());
app.post('/login', passport.authenticate('local'), (_request, response) =>
  response.redirect(303, '/dashboard'),
);
app.get('/dashboard', (request, response) => {
  if (!request.user) return response.redirect(303, '/login');
  const { id, email } = request.user;
  response.render('dashboard', { title: 'Dashboard', email, passkeys: passkeysOf.all(id) });
});
app.listen(Number(PORT), '127.0.0.1');
