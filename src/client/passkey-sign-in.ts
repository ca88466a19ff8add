/**
 * Using a passkey, by the button and from the form field: to sign in, or to prove once more who one is. It works again
 * after any failure, and the password form is never in its way.
 */
import { autofill } from './autofill.ts';
import { busyButtons } from './busy-buttons.ts';
import { exclusively, timeFor } from './ceremony.ts';
import { createTeller } from './ceremony-teller.ts';
import { post, Refusal } from './http.ts';
import { forget } from './passkey-signals.ts';
import { prepareOptions } from './prepared-options.ts';
import { type Answer, getCredential, type RequestJson, supportsPasskeys } from './webauthn.ts';

/**
 * Reveals the button where the browser can use passkeys. `data-url` and `data-return-to` say where to, `data-ceremony`
 * what it is called.
 */
export function passkeySignIn(root: HTMLElement): void {
  const button = root.querySelector('button');
  if (!button || !supportsPasskeys()) {
    // The page keeps room for the button, which would stay empty.
    root.remove();
    return;
  }
  const { url = '', returnTo, ceremony = 'sign-in' } = root.dataset;
  const teller = createTeller(root);
  const prepared = prepareOptions(url);

  const finish = async ({ publicKey }: RequestJson, { json: credential }: Answer): Promise<void> => {
    if (!credential) throw new DOMException('', 'DataError');
    prepared.drop();
    const more = returnTo ? { return_to: returnTo } : {};
    try {
      const body = { finish: true, credential, ...more };
      const { redirect } = await post<{ redirect: string }>(url, body, 'redirect');
      location.assign(redirect);
    } catch (error) {
      if (isRefusal(error, 'credential_unknown')) await forget(publicKey.rpId, credential.id);
      throw error;
    }
  };

  const attempt = async (mayRepeat: boolean): Promise<boolean> => {
    const clock = { askedAt: performance.now(), timeout: 0 };
    try {
      const options = await prepared.current();
      clock.timeout = options.publicKey.timeout;
      const credential = await exclusively((signal) => {
        clock.askedAt = performance.now();
        return getCredential(options, { signal });
      }, timeFor(options));
      await finish(options, credential);
      return true;
    } catch (error) {
      // The device was too slow for the challenge; while the press still counts, one more try needs no word.
      const expired = isRefusal(error, 'challenge_expired');
      if (mayRepeat && expired && navigator.userActivation?.isActive) return attempt(false);
      teller.failure(ceremony, error, clock);
      return false;
    }
  };

  const ready = prepared.current().then(
    () => true,
    () => false,
  );
  const field = document.querySelector<HTMLInputElement>('[autocomplete~=webauthn]');
  const unasked = autofill(field, {
    prepared,
    ready,
    finish,
    failed: (error, clock) => teller.failure('autofill', error, clock, true),
  });
  busyButtons([button], async () => {
    unasked.rest();
    teller.say('waiting');
    const isLeaving = await attempt(true);
    if (!isLeaving) unasked.resume();
    return isLeaving;
  });
  root.hidden = false;
}

function isRefusal(error: unknown, code: string): boolean {
  return error instanceof Refusal && error.code === code;
}
