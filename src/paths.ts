/** Every address of the application, once: for routes, links, redirects, the browser script's data and tests. */

const segment = encodeURIComponent;

export const paths = {
  home: '/',
  login: '/login',
  logout: '/logout',
  verifySignIn: '/login/verify',
  lostPasskey: '/lost-passkey',
  helpPasskeys: '/help/passkeys',
  dashboard: '/dashboard',
  renamePasskey: (id: string) => `/passkeys/${segment(id)}/rename`,
  deletePasskey: (id: string) => `/passkeys/${segment(id)}/delete`,
  reviewPasskeys: '/settings/passkeys/review',
  automaticPasskeys: '/passkeys/automatic',
  declineLocalPasskey: '/passkeys/local/decline',
  reauth: '/reauth',
  signUp: '/signup',
  verifyEmailSent: '/verify-email',
  verifyEmail: (token: string) => `/verify-email/${segment(token)}`,
  resendVerification: '/verify-email/resend',
  forgotPassword: '/password/forgot',
  forgotPasswordSent: '/password/forgot/sent',
  resetPassword: (token: string) => `/password/reset/${segment(token)}`,
  knownDevice: '/known-device',
  knownDeviceSent: '/known-device/sent',
  useKnownDevice: (token: string) => `/known-device/${segment(token)}`,
  lockdown: (token: string) => `/account/lockdown/${segment(token)}`,
  settings: '/settings',
  security: '/settings/security',
  password: '/settings/password',
  removePassword: '/settings/password/remove',
  secondFactor: '/settings/two-factor',
  turnOnSecondFactor: '/settings/two-factor/enable',
  turnOffSecondFactor: '/settings/two-factor/disable',
  recoveryCodes: '/settings/recovery-codes',
  email: '/settings/email',
  confirmEmail: (token: string) => `/settings/email/confirm/${segment(token)}`,
  sessions: '/settings/sessions',
  endSession: (id: string) => `/settings/sessions/${segment(id)}/revoke`,
  endOtherSessions: '/settings/sessions/revoke-others',
  activity: '/settings/activity',
  activityBefore: (place: string) => `/settings/activity?before=${segment(place)}`,
  activityAfter: (place: string) => `/settings/activity?after=${segment(place)}`,
  activityFile: '/settings/activity.csv',
  data: '/settings/data',
  exportData: '/settings/data/export',
  deleteAccount: '/settings/account/delete',
  goodbye: '/goodbye',
  passkeyLogin: '/api/passkeys/login',
  passkeyRegistration: '/api/passkeys/register',
  passkeyReauth: '/api/passkeys/reauth',
  secondFactorLogin: '/api/passkeys/mfa/login',
  secondFactorRegistration: '/api/passkeys/mfa/register',
  signRemovePassword: '/api/passkeys/confirm/remove-password',
  signDeleteAccount: '/api/passkeys/confirm/delete-account',
  signTurnOffSecondFactor: '/api/passkeys/confirm/turn-off-second-factor',
  passkeySignals: '/api/passkeys/signals',
  passkeyEvents: '/api/passkeys/events',
  passkeyEndpoints: '/.well-known/passkey-endpoints',
  changePassword: '/.well-known/change-password',
  health: '/healthz',
  readiness: '/readyz',
  metrics: '/metrics',
} as const;

/** Route patterns of the addresses that carry an id. */
export const patterns = {
  renamePasskey: '/passkeys/:id/rename',
  deletePasskey: '/passkeys/:id/delete',
  verifyEmail: '/verify-email/:token',
  resetPassword: '/password/reset/:token',
  useKnownDevice: '/known-device/:token',
  lockdown: '/account/lockdown/:token',
  confirmEmail: '/settings/email/confirm/:token',
  endSession: '/settings/sessions/:id/revoke',
} as const;

const endings = {
  sign_in: { sign_in: 'ended' },
  tries: { sign_in: 'too_often' },
  session: { session: 'ended' },
};

/** Sign in, and then go where the person wanted to. @param ended what has ended meanwhile, which the page tells them */
export function signInPath(returnTo: string, ended?: keyof typeof endings): string {
  return withReturn(paths.login, returnTo, ended ? endings[ended] : {});
}

/** Prove once more who you are, and then go on where you were. @param by nothing else counts */
export function reauthPath(returnTo: string, by?: 'passkey'): string {
  return withReturn(paths.reauth, returnTo, by ? { by } : {});
}

/** Go through the second step of signing in, and then where the person wanted to. @param way what is wanted instead of a passkey */
export function verifySignInPath(returnTo: string, way?: 'code'): string {
  return withReturn(paths.verifySignIn, returnTo, way ? { with: way } : {});
}

/** Create new recovery codes, and then go on where the person wanted to. */
export function recoveryCodesPath(returnTo: string): string {
  return `${paths.recoveryCodes}?${new URLSearchParams({ return_to: returnTo })}`;
}

/** The dashboard is where one goes without saying so. */
function withReturn(path: string, returnTo: string, more: Record<string, string>): string {
  const query = new URLSearchParams(more);
  if (returnTo !== paths.dashboard) query.set('return_to', returnTo);
  return query.size > 0 ? `${path}?${query}` : path;
}
