/** The button "Create a passkey". */
import { ceremonyButton } from './ceremony-button.ts';
import { post } from './http.ts';
import { createCredential, type OptionsJson, supportsPasskeys } from './webauthn.ts';

/** Reveals the button where the browser can create passkeys; `data-url` says where to. */
export function passkeyRegistration(root: HTMLElement): void {
  const button = root.querySelector('button');
  const control = root.querySelector<HTMLElement>('[data-control]');
  if (!button || !control || !supportsPasskeys()) return;
  const { url = '' } = root.dataset;

  ceremonyButton(root, button, {
    kind: 'registration',
    url,
    options: async () => (await post<{ createOptions: OptionsJson }>(url, { start: true })).createOptions,
    ask: createCredential,
    finishWith: {},
    failed: () => {},
  });
  control.hidden = false;
}
