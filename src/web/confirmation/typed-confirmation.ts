/** What was typed to confirm an act, from the form of its page. Judges nothing but that something is there. */
import * as z from 'zod';
import type { Confirmation } from '../../operations/confirm-act.ts';
import { type AppContext, currentUser } from '../http/context.ts';
import { knownDevice } from '../http/device-cookie.ts';
import { parseForm, typedCode } from '../http/input.ts';

const typedForm = z.object({ password: z.string().catch(''), code: typedCode });

/** @returns null for whoever has no password; `missing_password` where they typed none */
export function typedConfirmation(ctx: AppContext, secure: boolean): Confirmation | 'missing_password' {
  const { data } = parseForm(ctx, typedForm);
  const user = currentUser(ctx);
  if (!user.hasPassword) return null;
  const { password = '', code = '' } = data ?? {};
  if (password === '') return 'missing_password';
  return { typed: { user, password, code, device: knownDevice(ctx, secure)(user.email) } };
}
