/** The two stages of a ceremony as they are posted: `{"start": true}` or `{"finish": true, "credential": …}`. */
import * as z from 'zod';
import { AppError } from '../../errors.ts';
import { type PlaceHint, placeHints } from '../../passkeys/passkeys.ts';
import type { AppContext } from '../http/context.ts';
import { optional, parseJson } from '../http/input.ts';

const posted = z.object({
  start: optional(z.literal(true)),
  /** Of a registration: the browser creates it by itself, without a dialog. */
  conditional: optional(z.literal(true)),
  /** Of a registration: where the passkey is wanted. */
  hint: optional(z.enum(placeHints)),
  finish: optional(z.literal(true)),
  credential: optional(z.unknown()),
  /** What the tutorial calls the credential of a sign-in. */
  options: optional(z.unknown()),
  return_to: optional(z.string()),
});

export type CeremonyRequest =
  | { stage: 'start'; conditional: boolean; hint: PlaceHint | undefined }
  | { stage: 'finish'; credential: unknown; returnTo: string | undefined };

/** @throws {AppError} `invalid_request` unless it is exactly one stage, the second with a credential */
export function parseCeremony(ctx: AppContext): CeremonyRequest {
  const { start, finish, conditional, hint, ...rest } = parseJson(ctx, posted);
  if ((start === undefined) === (finish === undefined)) {
    throw new AppError('invalid_request', 'Say either start or finish.');
  }
  if (start) return { stage: 'start', conditional: conditional ?? false, hint };
  const answer = rest.credential ?? rest.options;
  if (typeof answer !== 'object' || answer === null) {
    throw new AppError('invalid_request', 'A finish needs the credential.');
  }
  return { stage: 'finish', credential: answer, returnTo: rest.return_to };
}
