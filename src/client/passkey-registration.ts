/** The button "Create a passkey". */
import { busyButton } from './busy-button.ts';
import { post } from './http.ts';
import { messagesOf } from './messages.ts';
import { outcomeOf } from './outcome.ts';
import { createCredential, type OptionsJson, supportsPasskeys } from './webauthn.ts';

export function passkeyRegistration(root: HTMLElement): void {
  const button = root.querySelector('button');
  const control = root.querySelector<HTMLElement>('[data-control]');
  if (!button || !control || !supportsPasskeys()) return;
  const { url = '' } = root.dataset;
  const messages = messagesOf(root);

  busyButton(button, async () => {
    let startedAt = performance.now();
    let timeout = 0;
    messages.show('waiting');
    try {
      const { createOptions } = await post<{ createOptions: OptionsJson }>(url, { start: true });
      timeout = createOptions.publicKey.timeout;
      startedAt = performance.now();
      const credential = await createCredential(createOptions);
      const answer = await post<{ redirect: string }>(url, { finish: true, credential });
      location.assign(answer.redirect);
      return true;
    } catch (error) {
      messages.show(outcomeOf(error, startedAt, timeout));
      return false;
    }
  });

  control.hidden = false;
}
