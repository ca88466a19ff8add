/** The headers of every answer, set before anything can fail, so that errors carry them too. */
import helmet from 'koa-helmet';
import type { AppMiddleware } from '../http/context.ts';

const contentSecurityPolicy = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'connect-src': ["'self'"],
  'form-action': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
  'object-src': ["'none'"],
  'manifest-src': ["'self'"],
};

/** @param options.secure the origin is https: also HSTS and the upgrade of plain requests */
export function securityHeaders(options: { secure: boolean }): AppMiddleware {
  const set = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        ...contentSecurityPolicy,
        ...(options.secure ? { 'upgrade-insecure-requests': [] } : {}),
      },
    },
    strictTransportSecurity: options.secure && { maxAge: 63_072_000, includeSubDomains: true, preload: true },
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: { policy: 'require-corp' },
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  return (ctx, next) => {
    ctx.set('Permissions-Policy', 'publickey-credentials-get=(self), publickey-credentials-create=(self)');
    return set(ctx as never, next as never);
  };
}
