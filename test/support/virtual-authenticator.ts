/** The authenticator of one browser page, over the WebAuthn domain of the Chrome DevTools Protocol. */
import type { CDPSession, Page } from 'playwright-core';
import type { KeptPasskey } from './authenticator.ts';

export type VirtualAuthenticator = Awaited<ReturnType<typeof addAuthenticator>>;

/** Gives the page a platform authenticator that keeps passkeys, verifies its user and answers at once. */
export async function addAuthenticator(page: Page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const deleted: string[] = [];
  const updated: { userName: string; userDisplayName: string }[] = [];
  cdp.on('WebAuthn.credentialDeleted', ({ credentialId }) => deleted.push(base64url(credentialId)));
  cdp.on('WebAuthn.credentialUpdated', ({ credential: { userName = '', userDisplayName = '' } }) =>
    updated.push({ userName, userDisplayName }),
  );
  return {
    /** The ids of the passkeys that it has removed because a page signalled so. */
    deleted,
    /** What it has been told an account is called now. */
    updated,
    /** False: whoever holds the device is not its owner, and every request is refused. */
    setUserVerified: (isUserVerified: boolean) =>
      cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    /** False: nobody touches the device, and requests wait. */
    setPresent: (enabled: boolean) =>
      cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
    passkeys: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    remove: (id: string) =>
      cdp.send('WebAuthn.removeCredential', {
        authenticatorId,
        credentialId: Buffer.from(id, 'base64url').toString('base64'),
      }),
    clear: () => cdp.send('WebAuthn.clearCredentials', { authenticatorId }),
    /** It has this passkey, too, as if it had been made here. */
    take: (passkey: KeptPasskey) => takePasskey(cdp, authenticatorId, passkey),
  };
}

/** Puts a passkey into a virtual authenticator that another one has made. */
export async function takePasskey(
  cdp: CDPSession,
  authenticatorId: string,
  { id, privateKey, userHandle, ...names }: KeptPasskey,
): Promise<void> {
  await cdp.send('WebAuthn.addCredential', {
    authenticatorId,
    credential: {
      credentialId: Buffer.from(id, 'base64url').toString('base64'),
      isResidentCredential: true,
      privateKey: Buffer.from(privateKey).toString('base64'),
      userHandle: Buffer.from(userHandle).toString('base64'),
      ...names,
    },
  });
}

function base64url(base64: string): string {
  return Buffer.from(base64, 'base64').toString('base64url');
}
