/** Signing in with a passkey: both stages. Opens the same session as a password does. */
import type { Accounts } from '../../accounts/accounts.ts';
import type { SessionStore } from '../../accounts/session-store.ts';
import type { SignInThrottle } from '../../accounts/sign-in-throttle.ts';
import { AppError } from '../../errors.ts';
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import type { Telling } from '../account-news.ts';
import { noteArrival } from '../arrival.ts';
import { readTickets, rememberTicket } from '../ceremony-cookie.ts';
import type { AppContext, AppMiddleware, AppRouter } from '../context.ts';
import { describeDevice } from '../device.ts';
import { knownDevice } from '../device-cookie.ts';
import { declinedLocalPasskey } from '../hint-cookies.ts';
import { paths } from '../paths.ts';
import { safeReturnTo } from '../redirect.ts';
import { endSession, startSession } from '../session.ts';
import { sourceOf } from '../visitor.ts';
import { parseCeremony } from './ceremony-request.ts';

type Dependencies = Telling & {
  accounts: Accounts;
  passkeys: Passkeys;
  sessionStore: SessionStore;
  throttle: SignInThrottle;
  logger: Logger;
  limit: AppMiddleware;
  origin: string;
  secure: boolean;
};

/** POST /api/passkeys/login. */
export function passkeyLoginRoutes(router: AppRouter, dependencies: Dependencies): void {
  router.post(paths.passkeyLogin, dependencies.limit, async (ctx) => {
    const request = parseCeremony(ctx);
    ctx.set('Cache-Control', 'no-store');
    if (request.stage === 'start') await start(ctx, dependencies);
    else await finish(ctx, dependencies, request.credential, request.returnTo);
  });
}

async function start(ctx: AppContext, { passkeys, secure }: Dependencies): Promise<void> {
  const { options, ticket, expiresIn } = await passkeys.beginSignIn();
  rememberTicket(ctx, ticket, expiresIn, secure);
  ctx.body = { loginOptions: options, expiresIn };
}

async function finish(
  ctx: AppContext,
  dependencies: Dependencies,
  credential: unknown,
  returnTo: string | undefined,
): Promise<void> {
  const { accounts, passkeys, sessionStore, throttle, logger, origin, secure } = dependencies;
  const source = sourceOf(ctx);
  const facts = { method: 'passkey', ...source } as const;
  const identity = await passkeys.identify(credential, readTickets(ctx, secure), source);
  const user = await accounts.find(identity.userId);
  if (!user) {
    logEvent(logger, 'sign_in_refused', { outcome: 'refused', reason: 'no such account', ...facts });
    throw new AppError('sign_in_refused', 'That passkey could not be verified.');
  }
  await passkeys.noteSignIn(identity, describeDevice(ctx.get('User-Agent')), source);
  // The owner is here: what strangers did at the password does not hold them up any longer.
  await throttle.clear({ email: user.email, device: knownDevice(ctx, user.email, secure) });
  await noteArrival(ctx, dependencies, user, 'passkey', secure);
  ctx.body = { redirect: safeReturnTo(returnTo, origin) };
  const { credentialId, backup, known } = identity;
  // A key that cannot be copied, such as a security key, is carried around on purpose: that is no reason to offer another.
  const offersLocal = identity.fromElsewhere && backup.backupEligible && !declinedLocalPasskey(ctx, secure);
  await startSession(ctx, {
    userId: user.id,
    method: 'passkey',
    credentialId,
    proven: known?.vouched ?? true,
    ...(offersLocal ? { fromElsewhere: true } : {}),
  });
  if (await passkeys.isGoing(user.id, credentialId)) {
    await endSession(ctx, sessionStore);
    logEvent(logger, 'sign_in_refused', { outcome: 'refused', reason: 'passkey deleted', ...facts });
    throw new AppError('sign_in_refused', 'That passkey could not be verified.');
  }
  logEvent(logger, 'sign_in', { outcome: 'success', user: pseudonym(user.id), ...facts });
}
