/** The application as one Koa app: the middleware in reading order is the design (docs/architecture.md). */
import Keygrip from 'keygrip';
import Koa from 'koa';
import { createAccounts } from './accounts/accounts.ts';
import { createActivityStore } from './accounts/activity-store.ts';
import { createLinks, newestKey } from './accounts/links.ts';
import { createPendingSignInStore } from './accounts/pending-sign-in-store.ts';
import { createRecoveryCodeStore } from './accounts/recovery-code-store.ts';
import { createSessionStore } from './accounts/session-store.ts';
import { createSignInThrottle } from './accounts/sign-in-throttle.ts';
import { createTokenStore } from './accounts/token-store.ts';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import { createProbe } from './db/probe.ts';
import { sweepRateLimits } from './db/rate-limiter.ts';
import { sweepInTurn } from './db/sweep.ts';
import { proofOfDeployment } from './deployment-proof.ts';
import type { DevelopmentTools } from './development/development-tools.ts';
import { AppError } from './errors.ts';
import { createLetterWriter } from './letters/writer.ts';
import { limits } from './limits.ts';
import type { Logger } from './logger.ts';
import type { Mailer } from './mail/mailer.ts';
import { createMessageRenderer } from './mail/message.ts';
import { createOutbox } from './mail/outbox.ts';
import { createPostOffice } from './mail/post-office.ts';
import type { Metrics } from './metrics/metrics.ts';
import { createOperations } from './operations/operations.ts';
import { createSecondFactorPolicy } from './operations/second-factor-policy.ts';
import type { PasskeyTransport } from './passkeys/hanko/transport.ts';
import { createPasskeys } from './passkeys/passkeys.ts';
import { loadAssets } from './web/http/assets.ts';
import { isBrokenConnection } from './web/http/broken-connection.ts';
import { createCodesCookie } from './web/http/codes-cookie.ts';
import type { AppContext, AppState } from './web/http/context.ts';
import { cookiePrefix } from './web/http/cookies.ts';
import { routeNames } from './web/http/route-names.ts';
import { loadUser, sessions } from './web/http/session.ts';
import { views } from './web/http/views.ts';
import { readBody, refuseBody } from './web/middleware/body.ts';
import { connection } from './web/middleware/connection.ts';
import { crossOriginProtection } from './web/middleware/cross-origin-protection.ts';
import { httpsOnly } from './web/middleware/https-only.ts';
import { rateLimit } from './web/middleware/rate-limit.ts';
import { renderErrors } from './web/middleware/render-errors.ts';
import { requestLog } from './web/middleware/request-log.ts';
import { requestTarget } from './web/middleware/request-target.ts';
import { securityHeaders } from './web/middleware/security-headers.ts';
import { staticFiles } from './web/middleware/static-files.ts';
import { createProviderIcons } from './web/passkeys/provider-icons.ts';
import { createRouter } from './web/routes.ts';

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
  /** Counts, where somebody may ask; it listens to the logger and to the transport already. */
  metrics?: Metrics | undefined;
};

export type App = ReturnType<typeof createApp>;

/**
 * Puts the application together; listens nowhere and starts nothing.
 *
 * @throws {SetupFault} when the browser's files have not been built
 */
export function createApp({
  config,
  db,
  passkeyTransport,
  mailer,
  logger,
  accepting = () => true,
  development,
  metrics,
}: AppDependencies) {
  const { origin, secure } = config;
  const accounts = createAccounts(db);
  const links = createLinks(config.secretKeys);
  const activity = createActivityStore(db);
  const postOffice = mailer && openPostOffice(mailer);
  const sessionStore = createSessionStore(db);
  const passkeys = createPasskeys({
    db,
    transport: passkeyTransport,
    relyingParty: { id: config.rpId, origin },
    logger,
    automaticUpgrade: config.automaticUpgrade,
    observe: (moment) => {
      development?.observe(moment);
      metrics?.observe(moment);
    },
  });
  metrics?.askAtScrape({ outbox: createOutbox(db).waiting, passkeyApi: passkeys.isAvailable });
  const tellTrouble = (trouble: unknown) => {
    if (trouble) logger.error({ reason: String(trouble) }, 'not ready: the database cannot be used');
    else logger.info('ready: the database can be used again');
  };
  const answersNow = createProbe(db, tellTrouble);
  const policy = createSecondFactorPolicy(db, passkeys, config.requiresSecondFactor);
  const operations = createOperations({
    db,
    logger,
    accounts,
    passkeys,
    throttle: createSignInThrottle(db, { mail: mailer !== null }),
    links,
    mail: mailer !== null,
    policy,
  });
  const assets = loadAssets(config.root);
  const router = createRouter({
    db,
    accounts,
    passkeys,
    sessionStore,
    operations,
    activity,
    readiness: {
      accepting,
      database: answersNow,
      // The embedded API is in the same database: asked without it, it would only say the same again.
      passkeys: async () => (passkeyTransport.isRemote || (await answersNow())) && passkeys.isAvailable(),
      proof: (nonce) => proofOfDeployment(config.secretKeys, nonce),
    },
    metrics:
      metrics && config.metrics?.token ? { token: config.metrics.token, read: metrics.read } : undefined,
    logger,
    limit: rateLimit(db, { name: 'ceremony', ...limits.ceremonies }, limits.ceremoniesAtATime),
    formLimit: rateLimit(db, { name: 'account-form', ...limits.accountForms }),
    icons: createProviderIcons(assets),
    origin,
    rpId: config.rpId,
    secure,
    codes: createCodesCookie(newestKey(config.secretKeys), secure),
    mail: mailer !== null,
    signup: config.signup && mailer !== null,
    requiresSecondFactor: config.requiresSecondFactor,
    addDevelopmentRoutes: development?.addRoutes,
  });

  const koa = new Koa<AppState, AppContext>();
  koa.keys = new Keygrip([...config.secretKeys], 'sha256');
  koa.context.cookiePrefix = cookiePrefix(origin);
  // What gets past render-errors is a broken connection, or a bug that must at least be seen.
  koa.on('error', (error, ctx) => {
    // The server counts the connections that break.
    if (isBrokenConnection(error) && ctx?.req.socket.destroyed) return;
    // A download ends with its sign-in (web/http/while-signed-in.ts); the line of its request says that it was broken off.
    if (error instanceof AppError && error.code === 'signed_out') return;
    logger.error({ err: error }, 'an error that render-errors did not see');
  });

  koa.use(connection(config.trustProxy, logger));
  koa.use(requestLog(logger));
  koa.use(securityHeaders({ secure, hsts: config.hsts }));
  koa.use(views({ root: config.root, assets, origin, cache: !config.watching }));
  if (development) koa.use(development.fromSignIn);
  koa.use(renderErrors(logger, (path) => router.match(path, 'GET').route));
  koa.use(requestTarget(routeNames(router, assets)));
  // Files are the same for everybody, and a page that says why no page is shown needs its style.
  koa.use(staticFiles(config.root, assets));
  koa.use(httpsOnly({ origin, trustProxy: config.trustProxy, logger }));
  koa.use(crossOriginProtection({ origin, logger }));
  // The body before the session: somebody who sends it slowly acts in the session that is there when it has come.
  koa.use(readBody());
  koa.use(sessions(koa, sessionStore, { secure, logger }));
  koa.use(loadUser(policy.asksSecondFactor));
  koa.use(refuseBody());
  koa.use(router.routes());
  koa.use(router.allowedMethods());

  return {
    koa,
    router,
    accounts,
    passkeys,
    operations,
    /** Sends the letters that are due; where there is no mail there are none. Never throws. */
    deliverMail: async () => postOffice?.deliver(),
    /** Removes what has expired. */
    sweep: () =>
      sweepInTurn(
        sessionStore.sweep,
        createTokenStore(db).sweep,
        createPendingSignInStore(db).sweep,
        createRecoveryCodeStore(db).sweep,
        activity.sweep,
        () => sweepRateLimits(db),
        passkeys.sweep,
      ),
  };

  function openPostOffice(mailer: Mailer) {
    const write = createLetterWriter({ db, links, origin });
    const renderMessage = createMessageRenderer(config.root);
    return createPostOffice({
      db,
      mailer,
      logger,
      write: async (letter) => {
        const written = await write(letter);
        return written && { to: written.to, ...renderMessage(written.content) };
      },
    });
  }
}
