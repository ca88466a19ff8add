/**
 * What a form said when it was interrupted by a step-up. It stays in the browser that typed it and not in the session, so
 * that whoever has a copy of the session cannot fill in its owner's form.
 */
import * as z from 'zod';
import { recentProof } from '../../lifetimes.ts';
import type { AppContext } from './context.ts';
import { clearCookie, readCookie, setCookie } from './cookies.ts';
import { readSession } from './session.ts';

const draftSchema = z.object({
  path: z.string(),
  fields: z.record(z.string(), z.string()),
  /** Milliseconds since 1970. */
  until: z.number(),
  signInId: z.string(),
  epoch: z.number(),
});

/** Characters of the cookie: all that we set must fit into one line of a proxy, beside those of others. */
const longest = 1_400;

/** Keeps what a form of this address said, for its sign-in and the epoch of the account, as long as a proof is recent; nothing when that is too much. */
export function keepDraft(ctx: AppContext, fields: Record<string, string>, secure: boolean): void {
  const signInId = readSession(ctx)?.signInId ?? '';
  const epoch = ctx.state.user?.epoch ?? 0;
  const draft = { path: ctx.path, fields, until: Date.now() + recentProof, signInId, epoch };
  const value = Buffer.from(JSON.stringify(draft)).toString('base64url');
  if (value.length > longest) return;
  setCookie(ctx, 'draft', value, secure, { sameSite: 'strict', maxAge: recentProof });
}

/** What an interrupted form of this very address said, while it is worth anything; it is there once. */
export function takeDraft(ctx: AppContext, secure: boolean): Record<string, string> | null {
  const draft = read(readCookie(ctx, 'draft', secure));
  if (draft?.path !== ctx.path) return null;
  // Whoever asks for the head alone does not see it.
  if (ctx.method !== 'HEAD') clearCookie(ctx, 'draft', secure);
  const isOwn = draft.signInId === readSession(ctx)?.signInId && draft.epoch === ctx.state.user?.epoch;
  return isOwn && draft.until > Date.now() ? draft.fields : null;
}

function read(value: string | undefined): z.infer<typeof draftSchema> | null {
  if (!value) return null;
  try {
    return draftSchema.safeParse(JSON.parse(Buffer.from(value, 'base64url').toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
