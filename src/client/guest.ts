/** The script of pages for guests: finds what they ask to enhance. Holds no address, no sentence and no HTML. */
import { enhance } from './enhance.ts';
import { freshWhenRestored } from './fresh-when-restored.ts';
import { passkeySignIn } from './passkey-sign-in.ts';
import { showPassword } from './show-password.ts';

enhance({
  'fresh-when-restored': freshWhenRestored,
  'passkey-sign-in': passkeySignIn,
  'show-password': showPassword,
});
