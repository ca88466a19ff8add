/** Creating a passkey, from the browser to the server, and what follows when the server does not take it. */
import { exclusively, isIdle, timeFor } from './ceremony.ts';
import type { Clock } from './ceremony-teller.ts';
import { post, Refusal } from './http.ts';
import { inTurn, whileCreating } from './locks.ts';
import { acceptedIds, forget } from './passkey-signals.ts';
import { type Answer, type CreationJson, createCredential } from './webauthn.ts';

/** Milliseconds after which a browser that creates by itself, and does not decide, is no longer asked. */
const timeLimit = 20_000;

type Finished = { redirect: string };

export type Creation = {
  /** Where both stages are posted, and where the list of passkeys is. */
  urls: { url?: string; signalsUrl?: string };
  /** More members for the start. */
  start: object;
  /** The browser decides by itself and shows no dialog. */
  mediation?: 'conditional';
  clock: Clock;
};

/**
 * @returns what the server says of the new passkey
 * @throws {unknown} as the browser or a password manager does, before there was a key
 * @throws {Refusal} with a code of the server, or `saved_after_all`, or `not_saved`
 */
export async function createPasskey({ urls, start, mediation, clock }: Creation): Promise<Finished> {
  const { url = '', signalsUrl = '' } = urls;
  const { createOptions } = await inTurn(() =>
    post<{ createOptions: CreationJson }>(url, { start: true, ...start }, 'createOptions'),
  );
  clock.timeout = createOptions.publicKey.timeout;
  return whileCreating(async () => {
    // What nobody asked for gives way to what somebody did.
    if (mediation && !isIdle()) throw new DOMException('', 'AbortError');
    const outcome = (error: unknown, { id }: Answer) =>
      outcomeOf(error, createOptions.publicKey.rp.id, id, signalsUrl);
    let asked: Promise<Answer> | undefined;
    const ask = (signal: AbortSignal) => {
      clock.askedAt = performance.now();
      asked = createCredential(createOptions, { signal, ...(mediation ? { mediation } : {}) });
      return asked;
    };
    const answer = await exclusively(ask, mediation ? timeLimit : timeFor(createOptions)).catch((error) => {
      // A key that is made too late is posted by nobody: it is looked for in the list, and forgotten by the device.
      asked?.then((late) => outcome(error, late)).catch(() => {});
      throw error;
    });
    try {
      if (!answer.json) throw new DOMException('', 'DataError');
      return await post<Finished>(url, { finish: true, credential: answer.json }, 'redirect');
    } catch (error) {
      throw await outcome(error, answer);
    }
  });
}

/** Codes whose own words say more than that it was not saved. */
const explained = /^(not_verified|uv_required|too_many_\w+|passkey_service_unavailable|reauth_required)$/;

/**
 * The device has made a key that the server did not confirm, whatever came between. The list decides: the answer may
 * have been lost on the way. Only a key that is missing from a whole list is one that nobody knows.
 */
async function outcomeOf(
  error: unknown,
  rpId: string,
  credentialId: string | undefined,
  signalsUrl: string,
): Promise<Refusal> {
  const refused = error instanceof Refusal ? error : undefined;
  const notSaved = new Refusal('not_saved', undefined, undefined, refused ? undefined : error);
  const refusal = refused ?? notSaved;
  if (refusal.code === 'already_registered') return refusal;
  const accepted = await acceptedIds(signalsUrl);
  if (!accepted) return refusal;
  if (credentialId && accepted.includes(credentialId)) return new Refusal('saved_after_all');
  if (credentialId) await forget(rpId, credentialId);
  return explained.test(refusal.code) ? refusal : notSaved;
}
