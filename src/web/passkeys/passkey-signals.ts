/** What a browser may tell its password manager about somebody's passkeys (WebAuthn Level 3, section 5.1.10). */
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { addressWords } from '../http/address-words.ts';
import { type AppMiddleware, type AppRouter, currentUser } from '../http/context.ts';

type Dependencies = { passkeys: Passkeys; limit: AppMiddleware; rpId: string };

/** GET /api/passkeys/signals: the whole list, or 503 and no signal at all. */
export function passkeySignalRoutes(router: AppRouter, { passkeys, limit, rpId }: Dependencies): void {
  router.get(paths.passkeySignals, limit, async (ctx) => {
    const { id, address } = currentUser(ctx);
    const allAcceptedCredentialIds = await passkeys.acceptedIds(id);
    ctx.set('Cache-Control', 'no-store');
    ctx.body = {
      rpId,
      // The user handle as creation gave it out: base64url of the id's UTF-8.
      userId: Buffer.from(id, 'utf8').toString('base64url'),
      name: addressWords(address),
      displayName: addressWords(address),
      allAcceptedCredentialIds,
    };
  });
}
