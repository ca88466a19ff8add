/** JSON to our own endpoints. Answers or throws a Refusal with the server's code; knows no ceremony. */

/** A code of the server, or `offline` when it could not be reached. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    /** Seconds until another try makes sense, where the server said so. */
    readonly retryAfter?: string,
  ) {
    super(code);
  }
}

/** @throws {Refusal} */
export async function post<T>(url: string, body: object): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Refusal('offline');
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (answer.code === 'signed_out') return leave();
  throw new Refusal(answer.code ?? 'fault', response.headers.get('Retry-After') ?? undefined);
}

/** The server sends whoever is signed out to the sign-in page and back here; until then there is nothing to say. */
function leave(): Promise<never> {
  location.reload();
  return new Promise(() => {});
}
