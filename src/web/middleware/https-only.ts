/**
 * With an https origin, a request that came over plain http does nothing: pages move to https, and what carries
 * data has lost its secrecy already and is refused. Probes of the machine itself may stay plain. A redirect never loops:
 * whoever seems to have come over https has met a proxy that we do not know, and is told so.
 */
import { AppError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { paths } from '../../paths.ts';
import type { AppContext, AppMiddleware } from '../http/context.ts';

type Settings = { origin: string; trustProxy: readonly string[]; logger: Logger };

/**
 * @param settings.origin nothing is asked of requests when it is http
 * @param settings.trustProxy without any no request can be known to have come over https
 * @param settings.logger hears once of a proxy that we do not know
 * @throws {AppError} `https_required`
 */
export function httpsOnly({ origin, trustProxy, logger }: Settings): AppMiddleware {
  const required = origin.startsWith('https:');
  let told = false;
  return async (ctx, next) => {
    if (!required || ctx.path === paths.health || ctx.path === paths.readiness) return next();
    if (ctx.state.secure) {
      // Koa looks only at the socket; without this a Secure cookie behind the proxy would be a 500.
      ctx.cookies.secure = true;
      return next();
    }
    const wouldLoop = trustProxy.length === 0 || seemsSecure(ctx);
    if (wouldLoop && !told) {
      told = true;
      logger.warn({ peer: ctx.req.socket.remoteAddress, requestId: ctx.state.requestId }, advice);
    }
    if ((ctx.method !== 'GET' && ctx.method !== 'HEAD') || ctx.path.startsWith('/api/')) {
      throw new AppError('https_required', 'This address is served over https only.');
    }
    if (wouldLoop) throw new AppError('https_required', unsure);
    ctx.status = 308;
    ctx.set('Location', origin + ctx.path.replace(/^\/+/, '/') + ctx.search);
    ctx.body = '';
  };
}

const advice =
  'a request counts as plain http, and seems to have come over https: if the peer is your proxy, name it in TRUST_PROXY, and let it set X-Forwarded-Proto';
const unsure =
  'This site cannot tell that you came over https, and shows its pages over https only. If you run this site: the log names the setting that is missing.';

/**
 * Whether the client would find itself at the same address if it were moved to https. Browsers send Sec-Fetch-Site only
 * to https and to this machine (Fetch Metadata Request Headers, section 2); a proxy may say https in a header that is not
 * believed, or pass on where a request came from and not how.
 */
function seemsSecure(ctx: AppContext): boolean {
  const protocol = ctx.get('X-Forwarded-Proto');
  if (ctx.get('Sec-Fetch-Site') !== '' || /^[\s,"]*(https|wss|on)\b/i.test(protocol)) return true;
  return protocol === '' && fromProxies.some((header) => ctx.get(header) !== '');
}

const fromProxies = [
  'Front-End-Https',
  'Forwarded',
  'Via',
  'X-Forwarded-For',
  'X-Forwarded-Ssl',
  'X-Forwarded-Port',
  'X-Real-IP',
];
