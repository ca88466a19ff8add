/** The buttons that create a passkey. */
import { busyButtons } from './busy-buttons.ts';
import { createTeller } from './ceremony-teller.ts';
import { createPasskey } from './creation.ts';
import { Refusal } from './http.ts';
import { capable, keepsPasskeys, supportsPasskeys } from './webauthn.ts';

/**
 * Reveals the buttons where the browser can create passkeys; `data-url` says where to, `data-hint` of a button where
 * the passkey is wanted.
 */
export function passkeyRegistration(root: HTMLElement): void {
  const controls = root.querySelectorAll<HTMLElement>('[data-control]');
  if (!supportsPasskeys()) {
    // Their place is kept only for what may come.
    for (const control of controls) control.remove();
    return;
  }
  creationButtons(root);
  for (const control of controls) control.hidden = false;
  const phone = root.querySelector<HTMLElement>('[data-hint=hybrid]');
  if (phone)
    void capable('hybridTransport').then(
      (yes) => {
        phone.hidden = !yes;
      },
      () => {},
    );
}

/** The card that offers a passkey of this device to whoever signed in with another one, where it can keep one. */
export function localPasskey(root: HTMLElement): void {
  const reveal = (yes: boolean) => {
    if (yes) root.hidden = false;
    else root.remove();
  };
  if (!supportsPasskeys()) {
    reveal(false);
    return;
  }
  creationButtons(root);
  void keepsPasskeys().then(reveal, () => reveal(false));
}

function creationButtons(root: HTMLElement): void {
  const teller = createTeller(root);
  busyButtons(
    root.querySelectorAll<HTMLButtonElement>('button[data-hint]'),
    async ({ dataset: { hint } }) => {
      const clock = { askedAt: performance.now(), timeout: 0 };
      hideNotice();
      teller.say('waiting');
      try {
        const { redirect } = await createPasskey({ urls: root.dataset, start: hint ? { hint } : {}, clock });
        location.assign(redirect);
        return true;
      } catch (error) {
        if (error instanceof Refusal && error.forward) {
          location.assign(error.forward);
          return true;
        }
        teller.failure('registration', error, clock);
        return false;
      }
    },
  );
}

/** What the page before has said is over. Its place stays, so that nothing moves under the finger. */
export function hideNotice(): void {
  const notice = document.querySelector<HTMLElement>('[data-notice]');
  if (notice) notice.style.visibility = 'hidden';
}
