/** The address of a mail server, with the user and the password for it. */
import { canonicalHost, isHost } from './hosts.ts';
import { isDecodable, Unusable } from './setting.ts';

/** Nothing else may stand in it: what it does not say must not be turned off in passing, such as certificates. */
export function parseMailUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const host = url && hostOf(url);
  if (!url || !host || !isServer(url)) {
    throw new Unusable(
      'must look like smtp://user:password@host:587 or smtps://…, with special characters of the user and the password as %XX (# is %23, / is %2F, ? is %3F, @ is %40, % is %25)',
    );
  }
  if (!endsWithHost(url))
    throw new Unusable(
      'has a path, a parameter or a # behind the host, where only ?ignoreTLS=true may stand (in a user or a password / is %2F, ? is %3F and # is %23)',
    );
  if (url.username !== '' && url.password === '')
    throw new Unusable('has a user and no password: write both or neither');
  if (url.username === '' && url.password !== '')
    throw new Unusable('has a password and no user: write both or neither');
  // Of a scheme that it does not know, URL takes the host as it is written.
  url.hostname = host.includes(':') ? `[${host}]` : host;
  return url.href;
}

/** In ASCII; null when it is none. */
function hostOf({ hostname }: URL): string | null {
  const host = isDecodable(hostname) ? canonicalHost(decodeURIComponent(hostname)) : '';
  return isHost(host) ? host : null;
}

function isServer({ protocol, port, username, password }: URL): boolean {
  return /^smtps?:$/.test(protocol) && port !== '0' && isDecodable(username + password);
}

function endsWithHost({ pathname, search, hash }: URL): boolean {
  return /^\/?$/.test(pathname) && hash === '' && ['', '?ignoreTLS=true'].includes(search);
}
