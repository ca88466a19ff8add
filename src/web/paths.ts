/** Every address of the application, once: for routes, links, redirects, the browser script's data and tests. */

const segment = encodeURIComponent;

export const paths = {
  home: '/',
  login: '/login',
  logout: '/logout',
  dashboard: '/dashboard',
  renamePasskey: (id: string) => `/passkeys/${segment(id)}/rename`,
  deletePasskey: (id: string) => `/passkeys/${segment(id)}/delete`,
  passkeyLogin: '/api/passkeys/login',
  passkeyRegistration: '/api/passkeys/register',
  health: '/healthz',
  readiness: '/readyz',
} as const;

/** Route patterns of the addresses that carry an id. */
export const patterns = {
  renamePasskey: '/passkeys/:id/rename',
  deletePasskey: '/passkeys/:id/delete',
} as const;

/** Sign in, and then go where the person wanted to. */
export function loginPath(returnTo: string): string {
  return returnTo === paths.dashboard
    ? paths.login
    : `${paths.login}?${new URLSearchParams({ return_to: returnTo })}`;
}
