/** JSON to our own endpoints. Answers or throws a Refusal with the server's code; knows no ceremony. */

/** A code of the server, or `offline` when it could not be reached. */
export class Refusal extends Error {
  constructor(readonly code: string) {
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
  if (response.status === 401 && answer.code === 'signed_out') location.assign('/login');
  throw new Refusal(answer.code ?? 'fault');
}
