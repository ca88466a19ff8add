/** One HTTP request exactly as a test words it: any method, path, header and bytes. Follows nothing, keeps nothing. */
import { type IncomingHttpHeaders, request } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';
import type Keygrip from 'keygrip';
import type { Database } from '../../src/db/database.ts';
import { type CookieName, cookieName, cookiePrefix } from '../../src/web/http/cookies.ts';
import { actingIn } from './acting.ts';
import type { TestApp } from './app.ts';
import { person } from './person.ts';
import { tablesKept } from './tables.ts';

/** `body` as it came, `text` decompressed. */
export type Answer = { status: number; headers: IncomingHttpHeaders; text: string; body: Buffer };

export type Wording = {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array | undefined;
};

/** @throws when the connection breaks, or nothing comes within fifteen seconds */
export function send(
  { server }: Pick<TestApp, 'server'>,
  path: string,
  wording: Wording = {},
): Promise<Answer> {
  const { port } = server.address() as { port: number };
  const { method = 'GET', headers = {}, body } = wording;
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers: { ...length, ...headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const all = Buffer.concat(chunks);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: (response.headers['content-encoding'] === 'br' ? brotliDecompressSync(all) : all).toString(
              'utf8',
            ),
            body: all,
          });
        });
      },
    );
    sent.setTimeout(15_000, () => sent.destroy(new Error('no answer')));
    sent.once('error', reject);
    sent.end(body);
  });
}

/** What a browser would send back after this answer: the cookies that were set, without those that were removed. */
export function cookiesOf({ headers }: Pick<Answer, 'headers'>): string {
  return (headers['set-cookie'] ?? [])
    .filter((line) => !line.includes('expires=Thu, 01 Jan 1970'))
    .map((line) => line.split(';')[0])
    .join('; ');
}

export const formType = { 'Content-Type': 'application/x-www-form-urlencoded' };
export const jsonType = { 'Content-Type': 'application/json' };

/** What a cookie of this copy is called. */
export function cookieNamed({ config }: Pick<TestApp, 'config'>, name: CookieName): string {
  return cookieName(cookiePrefix(config.origin), name, config.secure);
}

/** Signs in with the form: for what only a sign-in with a password gives. @returns the Cookie header of the new session */
export async function signedInByPassword(
  running: TestApp,
  account: { email: string; password: string } = person,
): Promise<string> {
  const body = new URLSearchParams({ ...account }).toString();
  const answer = await send(running, '/login', { method: 'POST', headers: formType, body });
  if (answer.status !== 303) throw new Error(`sign-in answered ${answer.status}`);
  return cookiesOf(answer);
}

/** Lets somebody in without their password. @returns the Cookie header of the new session */
export async function signedInCookie(
  running: TestApp,
  { email }: { email: string } = person,
): Promise<string> {
  const user = await running.app.accounts.findByEmail(email);
  if (!user) throw new Error(`there is no account of ${email}`);
  const { session } = await actingIn(running).letIn(user);
  return sessionCookie(running, session.id);
}

/** @returns the Cookie header of a session that exists */
export function sessionCookie(running: TestApp, id: string): string {
  const pair = `${cookieNamed(running, 'session')}=${id}`;
  const [name] = pair.split('=');
  return `${pair}; ${name}.sig=${(running.app.koa.keys as Keygrip).sign(pair)}`;
}

/** All that a request could write to, but for what counts it. */
const tablesWritten = async (db: Database): Promise<string[]> => [
  ...(await tablesKept(db)),
  'used_challenges',
  'passkey_api_credentials',
];

/** How many rows each table has. @param only those that are looked at, where it is not all that could be written to */
export async function rowCounts(
  { database: { db } }: Pick<TestApp, 'database'>,
  only?: readonly string[],
): Promise<Record<string, number>> {
  const tables = only ?? (await tablesWritten(db));
  // In one statement: a refusal is counted around hundreds of times.
  const counts = tables.map((table) => db(table).count('*').as(table));
  const counted: Record<string, number | string> = await db.select(counts).first();
  return Object.fromEntries(tables.map((table) => [table, Number(counted[table])]));
}
