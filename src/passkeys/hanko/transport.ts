/**
 * The fetch that is handed to the Hanko SDK: to a remote tenant or to the embedded API, with one contract. Whatever
 * is not the promised answer becomes an error here. Knows HTTP and limits; must not know passkeys.
 */
import { Agent, request } from 'undici';
import { PasskeyApiRefusal, PasskeyServiceFault } from './service-errors.ts';

/** Milliseconds for a whole call, and for its connection alone. */
const callDeadline = 5_000;
const connectDeadline = 2_000;
const answerLimit = 256 * 1024;
/** A service whose clock is further off than this is not believed (milliseconds). */
const clockLimit = 60_000;

export type PasskeyTransport = {
  /** Whether the API has settings of its own, which may differ from ours. */
  isRemote: boolean;
  baseUrl: string;
  tenantId: string;
  apiKey: string;
  /**
   * @param init.deadline milliseconds for the whole call; five seconds when left out
   * @throws {PasskeyServiceFault} no answer, a late, oversized, redirecting or failing one, or one that is not JSON
   * @throws {PasskeyApiRefusal} an answer of 4xx
   */
  fetch: (url: string, init?: RequestInit & { deadline?: number }) => Promise<Response>;
  /** Milliseconds by which the service's clock is ahead of ours, as its last answer told; 0 within two seconds. */
  clockOffset(): number;
};

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string };
type Call = {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
};
type Carrier = (call: Call) => Promise<Answer>;
/** What the embedded API takes and gives, said once more: passkeys know no API but by its address. */
type EmbeddedApi = (request: {
  method: string;
  path: string;
  query: string;
  origin: string;
  headers: Record<string, string>;
  address: string;
  text(): Promise<string>;
}) => Promise<Answer>;
type Tenant = { baseUrl: string; tenantId: string; apiKey: string };

/** A tenant of Hanko Cloud or of a self-hosted Hanko server. */
export function createRemoteTransport(tenant: Tenant): PasskeyTransport {
  const agent = new Agent({ connect: { timeout: connectDeadline }, maxResponseSize: answerLimit });
  return createTransport({ ...tenant, isRemote: true }, async ({ url, ...call }) => {
    // undici.request follows no redirect: a 3xx comes back as what it is, and the key stays here.
    const answer = await request(url, {
      ...call,
      method: call.method as 'GET',
      body: call.body || null,
      dispatcher: agent,
    });
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
  });
}

/** The embedded API: a function from request to answer, so that no call needs a port, a socket or a server. */
export function createEmbeddedTransport(
  answer: EmbeddedApi,
  tenant: Omit<Tenant, 'baseUrl'>,
): PasskeyTransport {
  const baseUrl = 'http://passkey-api.internal';
  return createTransport({ ...tenant, baseUrl, isRemote: false }, ({ url, body, method, headers }) => {
    const [path = '', query = ''] = url.slice(baseUrl.length).split('?');
    return answer({ method, path, query, origin: baseUrl, headers, address: '', text: async () => body });
  });
}

function createTransport(tenant: Tenant & { isRemote: boolean }, carry: Carrier): PasskeyTransport {
  let offset = 0;
  return {
    ...tenant,
    clockOffset: () => offset,
    fetch: async (url, init = {}) => {
      const answer = await carried(carry, callOf(url, init), Math.max(0, init.deadline ?? callDeadline));
      offset = clockOffset(answer.headers.date, offset);
      return promised(answer, init.method);
    },
  };
}

function callOf(url: string, init: RequestInit): Omit<Call, 'signal'> {
  return {
    method: init.method ?? 'GET',
    url,
    headers: Object.fromEntries(new Headers(init.headers)),
    body: typeof init.body === 'string' ? init.body : '',
  };
}

/** Ends at the deadline, whether or not a carrier looks at its signal. */
async function carried(carry: Carrier, call: Omit<Call, 'signal'>, deadline: number): Promise<Answer> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      reject(new Error(`no answer within ${deadline} ms`));
    }, deadline);
  });
  try {
    return await Promise.race([carry({ ...call, signal: controller.signal }), late]);
  } catch (cause) {
    throw new PasskeyServiceFault(controller.signal.aborted ? 'deadline' : 'network', { cause });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Only 200 with JSON was promised, and 204 without anything to a change or a removal (the SDK would take failures for
 * successes).
 */
function promised({ status, headers, body }: Answer, method = 'GET'): Response {
  const isChange = method === 'PATCH' || method === 'DELETE';
  if (status === 204 && isChange) return new Response(null, { status });
  const content = parsed(body);
  if (status === 200 && !isChange && content !== undefined)
    return new Response(body, { status, headers: responseHeaders(headers) });
  const pause = retryAfter(headers['retry-after']);
  if (status >= 400 && status < 500) throw new PasskeyApiRefusal(status, content, pause);
  const kind = status === 200 || status === 204 ? 'shape' : 'status';
  throw new PasskeyServiceFault(kind, { status, problem: content, retryAfter: pause });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The SDK reads none, the pages of a list are found by two of them. */
function responseHeaders(headers: Answer['headers']): Headers {
  const kept = new Headers({ 'content-type': 'application/json' });
  for (const name of ['link', 'x-total-count']) {
    if (headers[name] !== undefined) kept.set(name, String(headers[name]));
  }
  return kept;
}

/** RFC 9110, section 10.2.3: seconds, or a date. @returns whole seconds, an hour at most; undefined for nothing of use */
function retryAfter(header: unknown): number | undefined {
  const text = String(header ?? '');
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1_000;
  return seconds > 0 ? Math.min(Math.ceil(seconds), 3_600) : undefined;
}

function clockOffset(date: unknown, former: number): number {
  const theirs = Date.parse(String(date));
  if (Number.isNaN(theirs)) return former;
  const offset = theirs - Date.now();
  // The header counts whole seconds, so less than two of them is no difference.
  if (Math.abs(offset) < 2_000) return 0;
  return Math.abs(offset) <= clockLimit ? offset : Math.sign(offset) * Number.POSITIVE_INFINITY;
}
