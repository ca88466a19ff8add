/** The automatic upgrade: after a password sign-in the password manager may keep a passkey too. Nobody waits for it. */
import { createTeller } from './ceremony-teller.ts';
import { createPasskey } from './creation.ts';
import { sendSignals } from './passkey-signals.ts';
import { capable, supportsPasskeys } from './webauthn.ts';

/** Once, on the page that a password sign-in leads to. Whatever goes wrong is told to nobody. */
export async function passkeyUpgrade(root: HTMLElement): Promise<void> {
  const clock = { askedAt: performance.now(), timeout: 0 };
  const teller = createTeller(root);
  try {
    if (!supportsPasskeys() || !(await capable('conditionalCreate'))) return;
    const start = { conditional: true };
    await createPasskey({ urls: root.dataset, start, mediation: 'conditional', clock });
    teller.say('saved');
    await sendSignals(root.dataset.signalsUrl ?? '');
  } catch (error) {
    teller.failure('upgrade', error, clock, true);
  }
}
