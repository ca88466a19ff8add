/** The address of the database: a file of SQLite, or a PostgreSQL server. Opens neither. */
import path from 'node:path';
import { brand } from '../brand.ts';
import { canonicalHost, isHost, isThisMachine } from './hosts.ts';
import { isDecodable, Unusable } from './setting.ts';

/** @returns `sqlite:PATH` or `postgres://…`, so written that whoever reads it reads the same */
export function parseDatabaseUrl(text: string): string {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/is.exec(text) ?? [];
  if (/^sqlite$/i.test(scheme)) return `sqlite:${parseFile(rest.trim())}`;
  if (/^postgres(ql)?$/i.test(scheme) && rest.startsWith('//')) return parseServer(`postgres:${rest}`);
  throw new Unusable('must look like sqlite:PATH or postgres://…');
}

function parseFile(text: string): string {
  if (/^\/\/(?!\/)/.test(text)) {
    throw new Unusable(
      'has two slashes after sqlite: and no host can follow them; write sqlite:PATH (from the project directory) or sqlite:/PATH',
    );
  }
  if (text === '' || /^\/+$/.test(text)) throw new Unusable('names no file: write sqlite:PATH');
  if (/(^|\/):memory:|^file:/i.test(text) || /[/\\]\.{0,2}$|^\.{1,2}$/.test(text))
    throw new Unusable(`must name a file that stays, such as sqlite:data/${brand.slug}.sqlite`);
  if (/^~|\$|\?|%[0-9a-f]{2}/i.test(text))
    throw new Unusable('must name the file as it is called: no ~ or $NAME, no parameters, no %XX');
  return path.normalize(text);
}

function parseServer(text: string): string {
  const url = urlOf(text);
  if (!url || isAmbiguous(url)) {
    throw new Unusable(
      'must look like postgres://user:password@host:5432/database, with special characters of the user and the password as %XX (# is %23, / is %2F, ? is %3F, @ is %40, % is %25)',
    );
  }
  const names = [...url.searchParams.keys()];
  if (new Set(names).size < names.length)
    throw new Unusable('says one of its parameters twice: keep one of them');
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && mode !== mode.toLowerCase()) url.searchParams.set('sslmode', mode.toLowerCase());
  return url.href.replace('@nowhere.invalid/', '@/');
}

/** As the driver reads it: a URL without a host is not one to URL, and means a socket or PGHOST. */
function urlOf(text: string): URL | null {
  const named = text.replace(/^([^@/]+:\/\/[^@/]*)@\//, '$1@nowhere.invalid/');
  return URL.canParse(named) ? new URL(named) : null;
}

/** A raw # or / or ? in the password ends the host before it, and what should be the host stands behind. */
function isAmbiguous({ hostname, pathname, search, hash, username, password }: URL): boolean {
  const parts = [username, password, pathname, hostname];
  if (hash !== '' || /@/.test(pathname + search) || !parts.every(isDecodable)) return true;
  const host = decodeURIComponent(hostname);
  return host !== '' && !host.startsWith('/') && !isHost(canonicalHost(host));
}

/**
 * How the database is reached. Only `verify-full` counts as encrypted: that mode alone means, to every client, that the
 * certificate is verified and nothing is sent in the clear when the server has none.
 *
 * @param databaseUrl as {@link parseDatabaseUrl} answers it
 * @param hostOfDriver PGHOST, where a URL without a host leads
 */
export function connectionToDatabase(
  databaseUrl: string,
  hostOfDriver = '',
): 'this machine' | 'encrypted' | 'plaintext' {
  if (databaseUrl.startsWith('sqlite:')) return 'this machine';
  const { hostname, searchParams } = urlOf(databaseUrl) as URL;
  const named = hostname === 'nowhere.invalid' ? '' : decodeURIComponent(hostname);
  const host = searchParams.get('host') || named || hostOfDriver;
  if (host === '' || host.startsWith('/') || isThisMachine(host)) return 'this machine';
  return searchParams.get('sslmode') === 'verify-full' ? 'encrypted' : 'plaintext';
}
