/**
 * The client's side of a load: one person's browser, behind the proxy that ends TLS. It shares the machine with what is
 * measured, so it does little: connections are kept, bodies are read and not looked at. Knows no page.
 */
import { Pool } from 'undici';

export type Answer = { status: number; text: string };

/** @property post a form as URLSearchParams, or JSON as an object */
export type Browser = {
  get(path: string): Promise<Answer>;
  post(path: string, body: URLSearchParams | object): Promise<Answer>;
  /** Loses the session, as when it has ended, and nothing else. */
  forgetSession(): void;
};

const asked = {
  Accept: 'text/html,application/json',
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  'User-Agent':
    'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'X-Forwarded-Proto': 'https',
};

/** Connections to one server. */
export function connectTo(url: string) {
  const pool = new Pool(url, { connections: 64 });
  return {
    /** @param address of the network, which limits count: one for each person. @param origin that the pages are of */
    browser: (address: string, origin: string) => createBrowser(pool, address, origin),
    close: () => pool.close(),
  };
}

function createBrowser(pool: Pool, address: string, origin: string): Browser {
  const cookies = new Map<string, string>();
  const own = { ...asked, 'X-Forwarded-For': address };

  async function send(method: 'GET' | 'POST', path: string, headers: object, body: string | null) {
    const Cookie = [...cookies.values()].join('; ');
    const sent = { ...own, ...headers, ...(Cookie ? { Cookie } : {}) };
    const answer = await pool.request({ method, path, headers: sent, body });
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) keep(cookies, line);
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  return {
    get: (path) => send('GET', path, {}, null),
    post(path, body) {
      const isForm = body instanceof URLSearchParams;
      const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
      const headers = { 'Content-Type': type, Origin: origin, 'Sec-Fetch-Site': 'same-origin' };
      return send('POST', path, headers, isForm ? body.toString() : JSON.stringify(body));
    },
    forgetSession() {
      for (const name of cookies.keys()) if (/session/.test(name)) cookies.delete(name);
    },
  };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';');
  const name = pair.slice(0, pair.indexOf('='));
  if (/expires=Thu, 01 Jan 1970|max-age=0/i.test(line)) cookies.delete(name);
  else cookies.set(name, pair);
}

/** Does something so many times, so many at once. @param work is told how often it was begun before */
export async function repeat(
  times: number,
  atOnce: number,
  work: (n: number) => Promise<unknown>,
): Promise<void> {
  let begun = 0;
  const worker = async () => {
    while (begun < times) await work(begun++);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, times) }, worker));
}

/** @throws {Error} with the answer, when its status is another one: what is refused costs something else */
export async function expecting(status: number, answer: Promise<Answer>): Promise<Answer> {
  const given = await answer;
  if (given.status === status) return given;
  throw new Error(`answered ${given.status} instead of ${status}: ${given.text.slice(0, 400)}`);
}
