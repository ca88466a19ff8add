/** Every address of the application, once: for routes, links, redirects, the browser script's data and tests. */

const segment = encodeURIComponent;

export const paths = {
  home: '/',
  login: '/login',
  logout: '/logout',
  lostPasskey: '/lost-passkey',
  helpPasskeys: '/help/passkeys',
  dashboard: '/dashboard',
  renamePasskey: (id: string) => `/passkeys/${segment(id)}/rename`,
  deletePasskey: (id: string) => `/passkeys/${segment(id)}/delete`,
  automaticPasskeys: '/passkeys/automatic',
  declineLocalPasskey: '/passkeys/local/decline',
  reauth: '/reauth',
  passkeyLogin: '/api/passkeys/login',
  passkeyRegistration: '/api/passkeys/register',
  passkeyReauth: '/api/passkeys/reauth',
  passkeySignals: '/api/passkeys/signals',
  passkeyEvents: '/api/passkeys/events',
  passkeyEndpoints: '/.well-known/passkey-endpoints',
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
  return withReturn(paths.login, returnTo);
}

/** Prove once more who you are, and then go on where you were. */
export function reauthPath(returnTo: string): string {
  return withReturn(paths.reauth, returnTo);
}

/** The dashboard is where one goes without saying so. */
function withReturn(path: string, returnTo: string): string {
  return returnTo === paths.dashboard ? path : `${path}?${new URLSearchParams({ return_to: returnTo })}`;
}
