/** JSON to our own endpoints. Answers or throws a Refusal with the server's code; knows no ceremony. */
import { within } from './within.ts';

/** A code of the server, or `offline` when it could not be reached. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    /** Seconds until another try makes sense, where the server said so. */
    readonly retryAfter?: string,
    /** Where to go first, where the server said so. */
    readonly forward?: string,
    /** What it was on this side, where nobody refused. */
    cause?: unknown,
  ) {
    super(code, { cause });
  }
}

const type = 'application/json';

/** Milliseconds; longer than the server waits for everything that it may wait for. */
const patience = 30_000;

/**
 * @param wanted the member without which an answer is none
 * @throws {Refusal}
 */
export async function post<T>(url: string, body: object, wanted: keyof T): Promise<T> {
  const { response, answer } = await within(patience, exchange(url, body)).catch(() => {
    throw new Refusal('offline');
  });
  if (response.ok && answer[wanted]) return answer;
  throw new Refusal(
    answer.code ?? 'fault',
    response.headers.get('Retry-After') ?? undefined,
    answer.reauth_url,
  );
}

async function exchange(url: string, body: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': type, Accept: type },
    body: JSON.stringify(body),
  });
  // What is no JSON comes from something between us and the server.
  const answer = (await response.json().catch(() => undefined)) ?? {};
  if (answer.code === 'signed_out') await leave();
  return { response, answer };
}

/** Milliseconds: other things wait for what is read. */
const readingTime = 5_000;

/** What there is to read, or undefined when it cannot be read now. */
export async function read<T>(url: string): Promise<T | undefined> {
  const reading = fetch(url, { headers: { Accept: type } }).then((response) =>
    response.ok ? response.json() : undefined,
  );
  return within(readingTime, reading).catch(() => undefined);
}

/** Tells the server something in passing, also while the page is being left; whether it arrives does not matter. */
export function mention(url: string, body: object): void {
  const headers = { 'Content-Type': type };
  fetch(url, { method: 'POST', headers, body: JSON.stringify(body), keepalive: true }).catch(() => {});
}

/**
 * The server sends whoever is signed out to the sign-in page and back here; until then there is nothing to say. Asked
 * for by its address, since a page that answered a form would be asked for with the form.
 */
function leave(): Promise<never> {
  location.assign(location.pathname + location.search);
  return new Promise(() => {});
}
