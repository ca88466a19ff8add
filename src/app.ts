/** The application as one Koa app: the middleware in reading order is the design (docs/architecture.md). */
import Keygrip from 'keygrip';
import Koa from 'koa';
import { createAccounts } from './accounts/accounts.ts';
import { createActivityStore } from './accounts/activity-store.ts';
import { createMailedLinks } from './accounts/mailed-links.ts';
import { createSessionStore } from './accounts/session-store.ts';
import { createSignInThrottle } from './accounts/sign-in-throttle.ts';
import { createSignUps } from './accounts/sign-ups.ts';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import { createProbe } from './db/probe.ts';
import { sweepRateLimits } from './db/rate-limiter.ts';
import type { DevelopmentTools } from './development/development-tools.ts';
import type { Logger } from './logger.ts';
import type { Mailer } from './mail/mailer.ts';
import { createMessageRenderer } from './mail/message.ts';
import { createPostOffice } from './mail/post-office.ts';
import { createPasskeys } from './passkeys/passkeys.ts';
import type { PasskeyTransport } from './passkeys/transport.ts';
import { loadAssets } from './web/assets.ts';
import type { AppContext, AppState } from './web/context.ts';
import { createPostAskedFor } from './web/letters/asked-for.ts';
import type { Letter, Post } from './web/letters/letter.ts';
import { createLetterWriter } from './web/letters/writer.ts';
import { body } from './web/middleware/body.ts';
import { connection } from './web/middleware/connection.ts';
import { crossOriginProtection } from './web/middleware/cross-origin-protection.ts';
import { httpsOnly } from './web/middleware/https-only.ts';
import { rateLimit } from './web/middleware/rate-limit.ts';
import { renderErrors } from './web/middleware/render-errors.ts';
import { requestLog } from './web/middleware/request-log.ts';
import { requestTarget } from './web/middleware/request-target.ts';
import { securityHeaders } from './web/middleware/security-headers.ts';
import { staticFiles } from './web/middleware/static-files.ts';
import { createProviderIcons } from './web/provider-icons.ts';
import { createRouter } from './web/routes/index.ts';
import { loadUser, sessions } from './web/session.ts';
import { views } from './web/views.ts';

/** Requests of both ceremonies from one address, in seconds: far above any office, far below a flood. */
const ceremonyLimit = { name: 'ceremony', points: 6_000, duration: 60 };

/** What one address may post about accounts, in seconds: sign-up, reset, links. */
const formLimit = { name: 'account-form', points: 200, duration: 15 * 60 };

export type AppDependencies = {
  config: Config;
  db: Database;
  passkeyTransport: PasskeyTransport;
  /** Null where no mail can be sent: then nobody signs up or resets a password by themselves. */
  mailer: Mailer | null;
  logger: Logger;
  /** False once the process is closing; readiness tells. */
  accepting?: () => boolean;
  /** Watches ceremonies and shows them; never in production. */
  development?: DevelopmentTools | undefined;
};

export type App = ReturnType<typeof createApp>;

/**
 * Puts the application together; listens nowhere and starts nothing.
 *
 * @throws {Error} when the browser's files have not been built
 */
export function createApp({
  config,
  db,
  passkeyTransport,
  mailer,
  logger,
  accepting = () => true,
  development,
}: AppDependencies) {
  const { origin, secure } = config;
  const accounts = createAccounts({ db, logger });
  const links = createMailedLinks(db);
  const signUps = createSignUps(db);
  const activity = createActivityStore(db);
  const postOffice = mailer && openPostOffice(mailer);
  const post: Post = postOffice ? postOffice.post : async () => {};
  const sessionStore = createSessionStore(db);
  const passkeys = createPasskeys({
    db,
    transport: passkeyTransport,
    relyingParty: { id: config.rpId, origin },
    logger,
    automaticUpgrade: config.automaticUpgrade,
    ...(development ? { observe: development.observe } : {}),
  });
  const assets = loadAssets(config.root);
  const router = createRouter({
    db,
    accounts,
    passkeys,
    sessionStore,
    throttle: createSignInThrottle(db),
    signUps,
    links,
    activity,
    post,
    postAskedFor: createPostAskedFor(db, post),
    readiness: { accepting, database: createProbe(db), passkeys: passkeys.isAvailable },
    logger,
    limit: rateLimit(db, logger, ceremonyLimit),
    formLimit: rateLimit(db, logger, formLimit),
    icons: createProviderIcons(assets),
    origin,
    rpId: config.rpId,
    secure,
    mail: mailer !== null,
    signup: config.signup && mailer !== null,
    addDevelopmentRoutes: development?.addRoutes,
  });

  const koa = new Koa<AppState, AppContext>();
  koa.keys = new Keygrip([...config.secretKeys], 'sha256');
  // What gets past render-errors is a broken connection, or a bug that must at least be seen.
  koa.on('error', (error) => logger.error({ err: error }, 'outside the error door'));

  koa.use(connection(config.trustProxy));
  koa.use(requestLog(logger));
  koa.use(securityHeaders({ secure }));
  koa.use(views({ root: config.root, assets, cache: !config.watching }));
  koa.use(renderErrors(logger));
  koa.use(requestTarget());
  koa.use(httpsOnly(origin));
  koa.use(staticFiles(config.root, assets));
  koa.use(crossOriginProtection({ origin, logger }));
  koa.use(sessions(koa as never, sessionStore, { secure }));
  koa.use(body());
  koa.use(loadUser());
  koa.use(router.routes());
  koa.use(router.allowedMethods());

  return {
    koa,
    router,
    accounts,
    passkeys,
    /** Sends the letters that are due; where there is no mail there are none. Never throws. */
    deliverMail: async () => postOffice?.deliver(),
    /** Removes what has expired. */
    sweep: async () => {
      await Promise.all([
        sessionStore.sweep(),
        links.sweep(),
        activity.sweep(),
        passkeys.sweep(),
        sweepRateLimits(db),
      ]);
    },
  };

  function openPostOffice(mailer: Mailer) {
    const write = createLetterWriter({ accounts, links, signUps, origin, secretKeys: config.secretKeys });
    const renderMessage = createMessageRenderer(config.root);
    return createPostOffice<Letter>({
      db,
      mailer,
      logger,
      write: async (letter, id) => {
        const written = await write(letter, id);
        return written && { to: written.to, ...renderMessage(written.content) };
      },
    });
  }
}
