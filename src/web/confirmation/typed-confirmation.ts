/** What was typed to confirm an act, from the form of its page. Judges nothing but that something is there. */
import * as z from 'zod';
import type { Confirmation } from '../../operations/confirm-act.ts';
import { type AppContext, asksSecondFactor, currentUser } from '../http/context.ts';
import { knownDevice } from '../http/device-cookie.ts';
import { parseForm } from '../http/input.ts';

const typedForm = z.object({ password: z.string().catch(''), code: z.string().max(200).catch('') });

/** @returns null for whoever has no password; what is missing where something is */
export function typedConfirmation(
  ctx: AppContext,
  secure: boolean,
): Confirmation | 'missing_password' | 'missing_code' {
  const { data } = parseForm(ctx, typedForm);
  const user = currentUser(ctx);
  if (!user.hasPassword) return null;
  const { password = '', code = '' } = data ?? {};
  if (password === '') return 'missing_password';
  if (asksSecondFactor(ctx) && code.trim() === '') return 'missing_code';
  return { typed: { user, password, code, device: knownDevice(ctx, secure)(user.email) } };
}
