/** Renaming and deleting a passkey: small pages with forms, so that they work without script. */
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.ts';
import { AppError } from '../../errors.ts';
import type { Operations } from '../../operations/operations.ts';
import { passkeyName } from '../../passkeys/passkey.ts';
import { type Passkeys, waysIn } from '../../passkeys/passkeys.ts';
import { paths, patterns } from '../../paths.ts';
import { otherWays } from '../account/ways-in.ts';
import type { AppContext, AppRouter } from '../http/context.ts';
import { takeDraft } from '../http/draft-cookie.ts';
import { parseForm } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { leave } from '../http/session.ts';
import { askingOf, placeOf, visitorOf } from '../http/visitor.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { deletePasskeyPage } from './delete-passkey-page.ts';
import { renamePasskeyPage } from './rename-passkey-page.ts';

type Dependencies = {
  accounts: Accounts;
  passkeys: Passkeys;
  operations: Operations;
  secure: boolean;
  /** Whether mail can be sent at all. */
  mail: boolean;
};

/** base64url of at most 1023 bytes (WebAuthn Level 3, section 4, credential id). */
const credentialId = /^[\w-]{1,1364}$/;
const renameForm = z.object({ name: passkeyName });
const typed = z.object({ name: z.string().catch('') });
/** An unticked box is not sent at all. */
const deleteForm = z.object({ end_sessions: z.literal('yes').optional().catch(undefined) });

/** GET and POST of /passkeys/:id/rename and /passkeys/:id/delete. */
export function passkeyRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { passkeys, operations, secure } = dependencies;

  router.get(patterns.renamePasskey, async (ctx) => {
    const visitor = visitorOf(ctx);
    ctx.render(renamePasskeyPage(visitor, await passkeys.find(visitor.id, idOf(ctx))));
  });

  router.post(patterns.renamePasskey, async (ctx) => {
    const visitor = visitorOf(ctx);
    const id = idOf(ctx);
    const form = parseForm(ctx, renameForm);
    if (!form.success) {
      const passkey = await passkeys.find(visitor.id, id);
      const { name } = typed.parse(ctx.request.body);
      ctx.status = 422;
      ctx.render(renamePasskeyPage(visitor, passkey, { name, problem: problemOf(form.error) }));
      return;
    }
    await operations.renamePasskey(askingOf(ctx), id, form.data.name, placeOf(ctx));
    leave(ctx, 'flash', `Renamed to ${form.data.name}.`);
    seeOther(ctx, paths.dashboard);
  });

  const recentProof = requireRecentProof(secure, ['end_sessions']);

  router.get(patterns.deletePasskey, recentProof, async (ctx) => {
    const interrupted = takeDraft(ctx, secure);
    await show(ctx, dependencies, interrupted ? interrupted.end_sessions === 'yes' : true);
  });

  router.post(patterns.deletePasskey, recentProof, async (ctx) => {
    const endsSessions = parseForm(ctx, deleteForm).data?.end_sessions === 'yes';
    try {
      await operations.deletePasskey(askingOf(ctx), idOf(ctx), endsSessions, placeOf(ctx));
      leave(ctx, 'flash', 'Passkey deleted. If your password manager still offers it, remove it there too.');
      seeOther(ctx, paths.dashboard);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'last_way_in') throw error;
      ctx.status = 409;
      await show(ctx, dependencies, endsSessions, true);
    }
  });
}

/** @param isLast it was refused, whatever the list says by now */
async function show(
  ctx: AppContext,
  dependencies: Dependencies,
  endsSessions: boolean,
  isLast = false,
): Promise<void> {
  const { passkeys } = dependencies;
  const visitor = visitorOf(ctx);
  const id = idOf(ctx);
  const passkey = await passkeys.find(visitor.id, id);
  const [others, listed] = await Promise.all([
    otherWays(dependencies, visitor.id),
    passkeys.listFor(visitor.id),
  ]);
  const remaining = isLast ? { password: false, email: false, passkeys: 0 } : waysIn(others, listed, id);
  ctx.render(deletePasskeyPage(visitor, { passkey, remaining, endsSessions }));
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
