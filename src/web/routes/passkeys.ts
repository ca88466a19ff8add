/** Renaming and deleting a passkey: small pages with forms, so that they work without script. */
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { passkeyName } from '../../passkeys/passkey.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { type AppContext, type AppRouter, currentUser } from '../context.ts';
import { parseForm } from '../input.ts';
import { deletePasskeyPage } from '../pages/delete-passkey-page.ts';
import { renamePasskeyPage } from '../pages/rename-passkey-page.ts';
import { paths, patterns } from '../paths.ts';
import { seeOther } from '../redirect.ts';
import { flash } from '../session.ts';

/** base64url of at most 1023 bytes (WebAuthn Level 3, section 4, credential id). */
const credentialId = /^[\w-]{1,1364}$/;
/** Nothing is asked, but it must be a form. */
const confirmation = z.object({});
const renameForm = z.object({ name: passkeyName });
const typed = z.object({ name: z.string().catch('') });

/** GET and POST of /passkeys/:id/rename and /passkeys/:id/delete. */
export function passkeyRoutes(router: AppRouter, passkeys: Passkeys): void {
  router.get(patterns.renamePasskey, async (ctx) => {
    const user = currentUser(ctx);
    ctx.render(renamePasskeyPage(user, await passkeys.find(user.id, idOf(ctx))));
  });

  router.post(patterns.renamePasskey, async (ctx) => {
    const user = currentUser(ctx);
    const id = idOf(ctx);
    const form = parseForm(ctx, renameForm);
    if (!form.success) {
      const passkey = await passkeys.find(user.id, id);
      const { name } = typed.parse(ctx.request.body);
      ctx.status = 422;
      ctx.render(renamePasskeyPage(user, passkey, { name, problem: problemOf(form.error) }));
      return;
    }
    const { address, requestId } = ctx.state;
    await passkeys.rename(user.id, id, form.data.name, { address, requestId });
    flash(ctx, `Renamed to ${form.data.name}.`);
    seeOther(ctx, paths.dashboard);
  });

  router.get(patterns.deletePasskey, async (ctx) => {
    const user = currentUser(ctx);
    ctx.render(deletePasskeyPage(user, await passkeys.find(user.id, idOf(ctx))));
  });

  router.post(patterns.deletePasskey, async (ctx) => {
    parseForm(ctx, confirmation);
    const { address, requestId } = ctx.state;
    await passkeys.remove(currentUser(ctx).id, idOf(ctx), { address, requestId });
    flash(ctx, 'Passkey deleted. If your password manager still offers it, remove it there too.');
    seeOther(ctx, paths.dashboard);
  });
}

/** @throws {AppError} `not_found` for what cannot be an id */
function idOf(ctx: AppContext): string {
  const id = ctx.params?.id ?? '';
  if (!credentialId.test(id)) throw new AppError('not_found', 'There is no such passkey.');
  return id;
}

/** The first problem in our own words: the schema's are sentences, zod's are not. */
function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue?.code === 'custom' ? issue.message : 'Give the passkey a name.';
}
