/** The button "Sign in with a passkey". It works again after any failure, and the password form is never in its way. */
import { busyButton } from './busy-button.ts';
import { post } from './http.ts';
import { messagesOf } from './messages.ts';
import { outcomeOf } from './outcome.ts';
import { getCredential, type OptionsJson, supportsPasskeys } from './webauthn.ts';

type Start = { loginOptions: OptionsJson; expiresIn: number };
type Prepared = { options: OptionsJson; expiresAt: number };

export function passkeySignIn(root: HTMLElement): void {
  const button = root.querySelector('button');
  if (!button || !supportsPasskeys()) return;
  const { url = '', returnTo } = root.dataset;
  const messages = messagesOf(root);

  const prepare = async (): Promise<Prepared> => {
    const { loginOptions, expiresIn } = await post<Start>(url, { start: true });
    return { options: loginOptions, expiresAt: performance.now() + expiresIn * 1000 };
  };
  // Options wait in memory, so that the click goes straight to the browser's dialog.
  let ready: Prepared | undefined;
  const refresh = async () => {
    ready = await prepare().catch(() => undefined);
  };
  const takeOptions = async () => {
    const held = ready && ready.expiresAt > performance.now() ? ready : await prepare();
    ready = undefined;
    return held.options;
  };

  busyButton(button, async () => {
    let startedAt = performance.now();
    let timeout = 0;
    messages.show('waiting');
    try {
      const options = await takeOptions();
      timeout = options.publicKey.timeout;
      startedAt = performance.now();
      const credential = await getCredential(options);
      const answer = await post<{ redirect: string }>(url, {
        finish: true,
        credential,
        ...(returnTo ? { return_to: returnTo } : {}),
      });
      location.assign(answer.redirect);
      return true;
    } catch (error) {
      messages.show(outcomeOf(error, startedAt, timeout));
      void refresh();
      return false;
    }
  });

  root.hidden = false;
  void refresh();
}
