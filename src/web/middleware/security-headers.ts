/** The headers of every answer, set before anything can fail, so that errors carry them too. */
import helmet from 'helmet';
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

type Options = { secure: boolean; hsts: 'this-host' | 'subdomains' | 'preload' };

/**
 * The same for every answer, so they are worded once: to word them anew took a tenth of what the sign-in page costs.
 *
 * @param options.secure the origin is https: also HSTS and the upgrade of plain requests
 * @param options.hsts whom HSTS binds besides this host: a browser holds every name below it to that for two years
 */
export function securityHeaders(options: Options): AppMiddleware {
  const headers = [...headersFor(options)];
  return (ctx, next) => {
    for (const [name, value] of headers) ctx.res.setHeader(name, value);
    return next();
  };
}

/** All of them: helmet's, caught by an answer that only collects, and Permissions-Policy, which helmet does not know. */
export function headersFor({ secure, hsts }: Options): Map<string, string> {
  const headers = new Map([
    ['Permissions-Policy', 'publickey-credentials-get=(self), publickey-credentials-create=(self)'],
  ]);
  const collecting = {
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: () => {},
  };
  const set = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { ...contentSecurityPolicy, ...(secure ? { 'upgrade-insecure-requests': [] } : {}) },
    },
    strictTransportSecurity: secure && {
      maxAge: 63_072_000,
      includeSubDomains: hsts !== 'this-host',
      preload: hsts === 'preload',
    },
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: { policy: 'require-corp' },
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  set({} as never, collecting as never, (fault?: unknown) => {
    if (fault) throw fault;
  });
  return headers;
}
