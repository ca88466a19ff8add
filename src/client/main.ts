/** The browser script: finds what pages ask to enhance. Holds no address, no sentence and no HTML. */
import { freshWhenRestored } from './fresh-when-restored.ts';
import { passkeyRegistration } from './passkey-registration.ts';
import { passkeySignIn } from './passkey-sign-in.ts';
import { showPassword } from './show-password.ts';

const enhancements: Record<string, (element: HTMLElement) => void> = {
  'fresh-when-restored': freshWhenRestored,
  'passkey-registration': passkeyRegistration,
  'passkey-sign-in': passkeySignIn,
  'show-password': showPassword,
};

for (const element of document.querySelectorAll<HTMLElement>('[data-enhance]')) {
  enhancements[element.dataset.enhance ?? '']?.(element);
}
