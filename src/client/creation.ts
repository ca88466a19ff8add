/** Creating a passkey, from the browser to the server, and what follows when the server does not take it. */
import { exclusively, isIdle } from './ceremony.ts';
import type { Clock } from './ceremony-teller.ts';
import { post, Refusal } from './http.ts';
import { inTurn, whileCreating } from './locks.ts';
import { acceptedIds } from './passkey-signals.ts';
import { type CreationJson, createCredential, signal } from './webauthn.ts';

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
 * @throws {DOMException} as the browser does
 * @throws {Refusal} with a code of the server, or `saved_after_all`, or `not_saved`
 */
export async function createPasskey({ urls, start, mediation, clock }: Creation): Promise<Finished> {
  const { url = '', signalsUrl = '' } = urls;
  const { createOptions } = await inTurn(() =>
    post<{ createOptions: CreationJson }>(url, { start: true, ...start }),
  );
  clock.timeout = createOptions.publicKey.timeout;
  return whileCreating(async () => {
    // What nobody asked for gives way to what somebody did.
    if (mediation && !isIdle()) throw new DOMException('', 'AbortError');
    const credential = await exclusively((signal) => {
      clock.askedAt = performance.now();
      return createCredential(createOptions, { signal, ...(mediation ? { mediation } : {}) });
    }, mediation && timeLimit);
    try {
      return await post<Finished>(url, { finish: true, credential });
    } catch (error) {
      throw await outcomeOf(error as Refusal, createOptions.publicKey.rp.id, credential.id, signalsUrl);
    }
  });
}

/** Codes whose own words say more than that it was not saved. */
const explained = /^(not_verified|uv_required|too_many_\w+|passkey_service_unavailable|reauth_required)$/;

/**
 * The device has made a key that the server did not confirm. The list decides: the answer may have been lost on the
 * way. Only a key that is missing from a whole list is one that nobody knows.
 */
async function outcomeOf(
  refusal: Refusal,
  rpId: string,
  credentialId: string,
  signalsUrl: string,
): Promise<Refusal> {
  if (refusal.code === 'already_registered') return refusal;
  const accepted = await acceptedIds(signalsUrl);
  if (!accepted) return refusal;
  if (accepted.includes(credentialId)) return new Refusal('saved_after_all');
  await signal('signalUnknownCredential', { rpId, credentialId });
  return explained.test(refusal.code) ? refusal : new Refusal('not_saved');
}
