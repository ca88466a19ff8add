/** JSON to our own endpoints. Answers or throws a Refusal with the server's code; knows no ceremony. */

/** A code of the server, or `offline` when it could not be reached. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    /** Seconds until another try makes sense, where the server said so. */
    readonly retryAfter?: string,
    /** Where to go first, where the server said so. */
    readonly forward?: string,
  ) {
    super(code);
  }
}

const type = 'application/json';

/** @throws {Refusal} */
export async function post<T>(url: string, body: object): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': type, Accept: type },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Refusal('offline');
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (answer.code === 'signed_out') return leave();
  throw new Refusal(
    answer.code ?? 'fault',
    response.headers.get('Retry-After') ?? undefined,
    answer.reauth_url,
  );
}

/** Milliseconds: other things wait for what is read. */
const patience = 5_000;

/** What there is to read, or undefined when it cannot be read now. */
export async function read<T>(url: string): Promise<T | undefined> {
  const signal = AbortSignal.timeout(patience);
  const response = await fetch(url, { headers: { Accept: type }, signal }).catch(() => undefined);
  return response?.ok ? response.json().catch(() => undefined) : undefined;
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
