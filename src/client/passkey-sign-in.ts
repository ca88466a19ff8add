/** The button "Sign in with a passkey". It works again after any failure, and the password form is never in its way. */
import { ceremonyButton } from './ceremony-button.ts';
import { post } from './http.ts';
import { getCredential, type OptionsJson, supportsPasskeys } from './webauthn.ts';

type Start = { loginOptions: OptionsJson; expiresIn: number };
type Prepared = { options: OptionsJson; expiresAt: number };

/** Reveals the button where the browser can use passkeys; `data-url` and `data-return-to` say where to. */
export function passkeySignIn(root: HTMLElement): void {
  const button = root.querySelector('button');
  if (!button || !supportsPasskeys()) return;
  const { url = '', returnTo } = root.dataset;

  const prepare = async (): Promise<Prepared> => {
    const { loginOptions, expiresIn } = await post<Start>(url, { start: true });
    // By the wall clock: the other one stands still while a computer sleeps.
    return { options: loginOptions, expiresAt: Date.now() + expiresIn * 1000 };
  };
  // Options wait in memory, so that the click goes straight to the browser's dialog.
  let ready: Prepared | undefined;
  const refresh = async () => {
    ready = await prepare().catch(() => undefined);
  };
  const takeOptions = async () => {
    const held = ready && ready.expiresAt > Date.now() ? ready : await prepare();
    ready = undefined;
    return held.options;
  };

  ceremonyButton(root, button, {
    kind: 'sign-in',
    url,
    options: takeOptions,
    ask: getCredential,
    finishWith: returnTo ? { return_to: returnTo } : {},
    failed: () => void refresh(),
  });
  root.hidden = false;
  void refresh();
}
