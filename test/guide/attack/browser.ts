/** A browser of somebody: cookies, requests, and what a page of the guide would do. Knows the contract alone. */
import { request as send } from 'undici';
import type { Authenticator } from '../../support/authenticator.ts';
import type { Account, Contract } from './contract.ts';

/** Milliseconds for any answer, on a machine that does other things as well. */
const patience = 20_000;

/** Whose browser it is. */
export type Who = 'ada' | 'eve' | 'visitor';

/** A request and its answer, for whoever wants to know what an attack did. */
export type Exchange = {
  who: Who;
  line: string /** What is wrong with the answer, if anything is. */;
  wrong?: string;
};

export type Reply = { status: number; text: string; location: string; exchange: Exchange };
type Sent = { method?: 'GET' | 'POST'; headers?: Record<string, string>; body?: string };
type Options = { publicKey: { challenge: string; user?: { id: string } } };

/** On one line. */
const firstWords = (text: string, length = 120) => text.replaceAll(/\s+/g, ' ').slice(0, length);
/** The same of what was sent. */
const shortened = (body: string) =>
  `${firstWords(body, 60)}${body.length > 60 ? `… (${body.length} characters)` : ''}`;

export type Browser = ReturnType<typeof openBrowser>;

/**
 * @param exchanges takes each request and its answer
 * @param cookies what it has already, for a browser that somebody has put a session into
 */
export function openBrowser(
  origin: string,
  contract: Contract,
  who: Who,
  exchanges: Exchange[] = [],
  cookies = new Map<string, string>(),
) {
  const cookieHeader = () => [...cookies].map((pair) => pair.join('=')).join('; ');

  /** Node says nothing of the address where it means several. */
  function withAddress(error: Error & { code?: unknown }): never {
    if (typeof error.code !== 'string') throw error;
    throw new Error(`${origin} does not answer (${error.code})`, { cause: error });
  }

  function keep({ method = 'GET' }: Sent, line: string, wrong?: string): Exchange {
    const exchange = { who, line: `${method} ${line}`, ...(wrong === undefined ? {} : { wrong }) };
    exchanges.push(exchange);
    return exchange;
  }

  async function request(
    path: string,
    init: Sent,
    { signal = AbortSignal.timeout(patience), sent = '' } = {},
  ): Promise<Reply> {
    // What fetch is made of, with less around it: the attacks are mostly requests.
    const {
      statusCode: status,
      headers,
      body,
    } = await send(origin + path, {
      ...init,
      headers: {
        Accept: '*/*',
        'User-Agent': 'node',
        ...init.headers,
        Cookie: cookieHeader(),
        ...(init.method === 'POST' ? { Origin: origin, 'Sec-Fetch-Site': 'same-origin' } : {}),
      },
      signal,
    }).catch(withAddress);
    for (const cookie of [headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const text = await body.text();
    const location = String(headers.location ?? '');
    const exchange = keep(init, `${path}${sent} -> ${status} ${location || firstWords(text)}`);
    return { status, text, location, exchange };
  }

  const post = (path: string, body: string, type = 'application/json') =>
    request(path, { method: 'POST', body, headers: { 'Content-Type': type } });
  const form = (path: string, fields: Record<string, string>) =>
    post(path, new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded');

  const page = () => request(contract.account, { method: 'GET' });
  const shows = ({ status, text }: Reply, { email }: Account) => status === 200 && text.includes(email);

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
    cookies: cookieHeader,
    /** Another browser with the same cookies, of the same person if nobody else is named. */
    twin: (holder = who) => openBrowser(origin, contract, holder, exchanges, new Map(cookies)),
    get: (path: string) => request(path, { method: 'GET' }),
    post,
    /** For what no browser sends, so that it shows beside the answer. */
    postOddly: (path: string, body: string) =>
      request(
        path,
        { method: 'POST', body, headers: { 'Content-Type': 'application/json' } },
        { sent: ` ${shortened(body)}` },
      ),
    form,
    /** Whether there is an answer, whatever it is, within so many milliseconds. */
    answersWithin: (milliseconds: number, path: string, init: Sent = {}) =>
      request(path, init, { signal: AbortSignal.timeout(milliseconds) }).then(
        () => true,
        (error: Error) => {
          if (error.name !== 'TimeoutError') return true;
          keep(init, `${path} -> no answer in ${milliseconds / 1_000} s`, 'should be answered');
          return false;
        },
      ),
    signIn: ({ email, password }: Account) =>
      form(contract.login, { [contract.fields.email]: email, [contract.fields.password]: password }),
    isSignedInAs: async (account: Account) => shows(await page(), account),
    /** The same where nobody must be: then this line of the trace is the hole. */
    async gotInAs(account: Account): Promise<boolean> {
      const reply = await page();
      if (shows(reply, account)) reply.exchange.wrong = 'should not be 200';
      return shows(reply, account);
    },
    startCreating: () => start(contract.createStart),
    startSigningIn: () => start(contract.signInStart),
    finishCreating: (answer: object) => post(contract.createFinish, JSON.stringify(answer)),
    finishSigningIn: (answer: object) => post(contract.signInFinish, JSON.stringify(answer)),
    /** @throws {Error} as start does, or with what the finish answered */
    async create(device: Authenticator): Promise<{ id: string; userId: string; reply: Reply }> {
      const options = await start(contract.createStart);
      const answer = device.create(options, origin);
      const reply = await post(contract.createFinish, JSON.stringify(answer));
      const { status, text } = reply;
      if (status >= 300)
        throw new Error(`${contract.createFinish} answered ${status}: ${text.slice(0, 200)}`);
      const userId = Buffer.from(options.publicKey.user?.id ?? '', 'base64url').toString();
      return { id: answer.id, userId, reply };
    },
    async signInWithPasskey(device: Authenticator): Promise<Reply> {
      const options = await start(contract.signInStart);
      return post(contract.signInFinish, JSON.stringify(device.get(options, origin)));
    },
  };
}
