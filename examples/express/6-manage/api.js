// #region api
/** The way to the passkey API: bounded in time, and with an outcome that the app can tell from another. */
import { tenant } from '@teamhanko/passkeys-sdk';
import { Refusal } from './ceremonies.js';

/** The API gave no answer, or none that can be used. Nobody who is signing in can do anything about that. */
export class Unavailable extends Error {}

const { fetch } = globalThis;

/** Like fetch, but it throws a Refusal or Unavailable unless the answer is a good one. */
export async function fetchFromApi(url, init) {
  const { status, headers, text } = await answerOf(url, init);
  const judged = url.endsWith('/finalize') && [400, 401, 404, 422].includes(status);
  if (judged) throw new Refusal(`The API answered ${status} ${text}`);
  if (status === 204) return new Response(null, { status });
  if (status !== 200 || !isJson(text)) throw new Unavailable(`The API answered ${status} ${text}`);
  return new Response(text, { status, headers });
}

async function answerOf(url, init) {
  try {
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(3_000) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (cause) {
    throw new Unavailable('The API did not answer.', { cause });
  }
}

/** An object or an array. The SDK takes nothing at all, `null` and `""` for answers as well. */
function isJson(text) {
  try {
    return JSON.parse(text) instanceof Object;
  } catch {
    return false;
  }
}
// #endregion

// #region sdk
/** The SDK takes the fetch of the moment when it is made. */
export function boundedTenant(settings) {
  globalThis.fetch = fetchFromApi;
  const hanko = tenant(settings);
  globalThis.fetch = fetch;
  return hanko;
}
// #endregion
