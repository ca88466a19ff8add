/**
 * The second step of a sign-in: the passkey by one button that has the focus, where the browser can use passkeys. Must not know
 * what came before, nor what a recovery code is.
 */
import { passkeySignIn } from './passkey-sign-in.ts';

/** @param root as of passkeySignIn; `data-other` is the page for a browser that cannot use passkeys */
export function secondStep(root: HTMLElement): void {
  const { other } = root.dataset;
  passkeySignIn(root);
  if (root.isConnected) root.querySelector('button')?.focus();
  else if (other) location.replace(other);
}
