/** The script of pages for somebody who is signed in, as guest.ts is for others. */
import { codeSheet } from './code-sheet.ts';
import { enhance } from './enhance.ts';
import { freshWhenRestored } from './fresh-when-restored.ts';
import { passkeyFarewell } from './passkey-farewell.ts';
import { localPasskey, passkeyRegistration } from './passkey-registration.ts';
import { passkeySignIn } from './passkey-sign-in.ts';
import { passkeySignals } from './passkey-signals.ts';
import { passkeyUpgrade } from './passkey-upgrade.ts';
import { renameInPlace } from './rename-in-place.ts';
import { secondStep } from './second-step.ts';
import { sections } from './sections.ts';
import { showPassword } from './show-password.ts';

enhance({
  'code-sheet': codeSheet,
  'fresh-when-restored': freshWhenRestored,
  'local-passkey': localPasskey,
  'passkey-farewell': passkeyFarewell,
  'passkey-registration': passkeyRegistration,
  'passkey-sign-in': passkeySignIn,
  'passkey-second-step': secondStep,
  'passkey-signals': passkeySignals,
  'passkey-upgrade': passkeyUpgrade,
  'rename-in-place': renameInPlace,
  sections,
  'show-password': showPassword,
});
