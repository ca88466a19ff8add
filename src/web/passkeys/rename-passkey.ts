/** Renaming a passkey: a small page with a form, so that it works without script, and the same form in the list. */
import * as z from 'zod';
import { cleaned, inPlainText } from '../../names.ts';
import type { Operations } from '../../operations/operations.ts';
import { passkeyName } from '../../passkeys/passkey.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths, patterns } from '../../paths.ts';
import type { AppContext, AppRouter } from '../http/context.ts';
import { parseForm, typedFields } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { leave } from '../http/session.ts';
import { requesterOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { passkeyIdOf } from './passkey-id.ts';
import { renamedWords } from './passkey-words.ts';
import { renamePasskeyPage } from './rename-passkey-page.ts';

type Dependencies = { passkeys: Passkeys; operations: Operations };

const renameForm = z.object({ name: passkeyName });
const typed = z.object({ name: z.string().catch('').transform(cleaned) });

/** GET and POST /passkeys/:id/rename. */
export function renamePasskeyRoutes(router: AppRouter, { passkeys, operations }: Dependencies): void {
  router.get(patterns.renamePasskey, async (ctx) => {
    const visitor = visitorOf(ctx);
    ctx.render(renamePasskeyPage(visitor, await passkeys.find(visitor.id, passkeyIdOf(ctx))));
  });

  router.post(patterns.renamePasskey, async (ctx) => {
    const visitor = visitorOf(ctx);
    const id = passkeyIdOf(ctx);
    const form = parseForm(ctx, renameForm);
    if (!form.success) {
      const passkey = await passkeys.find(visitor.id, id);
      const { name } = typedFields(ctx, typed);
      const problem = problemOf(form.error);
      ctx.status = 422;
      if (asksInPlace(ctx)) ctx.body = { problem };
      else ctx.render(renamePasskeyPage(visitor, passkey, { name, problem }));
      return;
    }
    await operations.renamePasskey(requesterOf(ctx), id, form.data.name, sourceOf(ctx));
    const { name } = form.data;
    const notice = renamedWords(name);
    if (asksInPlace(ctx)) {
      ctx.set('Cache-Control', 'no-store');
      ctx.body = { name, notice: inPlainText(notice) };
      return;
    }
    leave(ctx, 'flash', notice);
    seeOther(ctx, paths.dashboard);
  });
}

/** The script of the list changes the name where it stands, and shows what it is told. */
function asksInPlace(ctx: AppContext): boolean {
  return ctx.get('accept') === 'application/json';
}

/** All that is wrong with the name: what its schema says are sentences. */
function problemOf({ issues }: z.ZodError): string {
  return issues.map(({ message }) => message).join(' ');
}
