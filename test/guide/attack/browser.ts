/** A browser of somebody: cookies, requests, and what a page of the guide would do. Knows the contract alone. */
import type { Authenticator } from '../../support/authenticator.ts';
import type { Account, Contract } from './contract.ts';

/** Milliseconds for any answer, on a machine that does other things as well. */
const patience = 20_000;

export type Reply = { status: number; text: string; location: string };
type Options = { publicKey: { challenge: string; user?: { id: string } } };

/** Of an answer, on one line. */
const firstWords = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 120);

export type Browser = ReturnType<typeof openBrowser>;

/**
 * @param exchanges takes each request and its answer, in a line, for whoever wants to know what an attack did
 * @param cookies what it has already, for a browser that somebody has put a session into
 */
export function openBrowser(
  origin: string,
  contract: Contract,
  exchanges: string[] = [],
  cookies = new Map<string, string>(),
) {
  const sent = () => [...cookies].map((pair) => pair.join('=')).join('; ');

  /** Node says `fetch failed` and keeps the address to itself. */
  function withAddress(error: Error & { cause?: { code?: string } }): never {
    if (error.name !== 'TypeError') throw error;
    throw new Error(`${origin} does not answer (${error.cause?.code ?? error.message})`, { cause: error });
  }

  async function request(
    path: string,
    init: RequestInit,
    signal = AbortSignal.timeout(patience),
  ): Promise<Reply> {
    const response = await fetch(origin + path, {
      ...init,
      redirect: 'manual',
      headers: {
        ...init.headers,
        Cookie: sent(),
        ...(init.method === 'POST' ? { Origin: origin, 'Sec-Fetch-Site': 'same-origin' } : {}),
      },
      signal,
    }).catch(withAddress);
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const text = await response.text();
    const location = response.headers.get('Location') ?? '';
    exchanges.push(`${init.method} ${path} -> ${response.status} ${location || firstWords(text)}`);
    return { status: response.status, text, location };
  }

  const post = (path: string, body: string, type = 'application/json') =>
    request(path, { method: 'POST', body, headers: { 'Content-Type': type } });
  const form = (path: string, fields: Record<string, string>) =>
    post(path, new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded');

  /** @throws {Error} with what was answered instead */
  async function start(path: string): Promise<Options> {
    const { status, text } = await post(path, '{}');
    if (status !== 200) throw new Error(`${path} answered ${status}: ${text.slice(0, 200)}`);
    return JSON.parse(text);
  }

  return {
    origin,
    contract,
    /** As it sends them: two browsers with the same ones are in the same session. */
    cookies: sent,
    /** Another browser with the same cookies. */
    twin: () => openBrowser(origin, contract, exchanges, new Map(cookies)),
    get: (path: string) => request(path, { method: 'GET' }),
    post,
    form,
    /** Whether there is an answer, whatever it is, within so many milliseconds. */
    answersWithin: (milliseconds: number, path: string, init: RequestInit = {}) =>
      request(path, init, AbortSignal.timeout(milliseconds)).then(
        () => true,
        (error: Error) => error.name !== 'TimeoutError',
      ),
    signIn: ({ email, password }: Account) =>
      form(contract.login, { [contract.fields.email]: email, [contract.fields.password]: password }),
    async isSignedInAs({ email }: Account): Promise<boolean> {
      const { status, text } = await request(contract.account, { method: 'GET' });
      return status === 200 && text.includes(email);
    },
    startCreating: () => start(contract.createStart),
    startSigningIn: () => start(contract.signInStart),
    finishCreating: (answer: object) => post(contract.createFinish, JSON.stringify(answer)),
    finishSigningIn: (answer: object) => post(contract.signInFinish, JSON.stringify(answer)),
    /** @throws {Error} as start does, or with what the finish answered */
    async create(device: Authenticator): Promise<{ id: string; userId: string }> {
      const options = await start(contract.createStart);
      const answer = device.create(options, origin);
      const { status, text } = await post(contract.createFinish, JSON.stringify(answer));
      if (status >= 300)
        throw new Error(`${contract.createFinish} answered ${status}: ${text.slice(0, 200)}`);
      const userId = Buffer.from(options.publicKey.user?.id ?? '', 'base64url').toString();
      return { id: answer.id, userId };
    },
    async signInWithPasskey(device: Authenticator): Promise<Reply> {
      const options = await start(contract.signInStart);
      return post(contract.signInFinish, JSON.stringify(device.get(options, origin)));
    },
  };
}
