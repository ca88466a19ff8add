/** What password managers are told of somebody's passkeys: which ones still count, and how the account is called. */
import { read } from './http.ts';
import { unlessCreating } from './locks.ts';
import { canSignal, signal } from './webauthn.ts';
import { within } from './within.ts';

type Signals = {
  rpId: string;
  userId: string;
  name: string;
  displayName: string;
  allAcceptedCredentialIds: string[];
};

/** On every page of somebody who is signed in; `data-url` says where the list is. */
export function passkeySignals({ dataset: { url = '' } }: HTMLElement): void {
  sendSignals(url).catch(() => {});
}

/** A list that could not be read whole is not there at all, and then nobody is told anything. */
export function sendSignals(url: string): Promise<void> {
  if (!canSignal()) return Promise.resolve();
  return unlessCreating(async () => {
    const signals = await read<Signals>(url);
    if (!signals) return;
    const { rpId, userId, name, displayName, allAcceptedCredentialIds } = signals;
    await signal('signalAllAcceptedCredentials', { rpId, userId, allAcceptedCredentialIds });
    await signal('signalCurrentUserDetails', { rpId, userId, name, displayName });
  });
}

/** The ids that count; undefined when the list cannot be read. */
export async function acceptedIds(url: string): Promise<string[] | undefined> {
  return (await read<Signals>(url))?.allAcceptedCredentialIds;
}

/** No page is held up for longer (milliseconds). */
const briefly = 150;

/** The password manager may stop offering what no account has. */
export async function forget(rpId: string, credentialId: string): Promise<void> {
  await within(briefly, signal('signalUnknownCredential', { rpId, credentialId })).catch(() => {});
}
