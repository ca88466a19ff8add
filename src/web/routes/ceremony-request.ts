/** The two stages of a ceremony as they are posted: `{"start": true}` or `{"finish": true, "credential": …}`. */
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { AppContext } from '../context.ts';
import { parseJson } from '../input.ts';

const posted = z.object({
  start: z.literal(true).optional(),
  finish: z.literal(true).optional(),
  credential: z.unknown().optional(),
  /** What the tutorial calls the credential of a sign-in. */
  options: z.unknown().optional(),
  return_to: z.string().optional(),
});

export type CeremonyRequest =
  | { stage: 'start' }
  | { stage: 'finish'; credential: unknown; returnTo: string | undefined };

/** @throws {AppError} `invalid_request` unless it is exactly one stage, the second with a credential */
export function parseCeremony(ctx: AppContext): CeremonyRequest {
  const { start, finish, credential, options, return_to: returnTo } = parseJson(ctx, posted);
  if ((start === undefined) === (finish === undefined)) {
    throw new AppError('invalid_request', 'Say either start or finish.');
  }
  if (start) return { stage: 'start' };
  const answer = credential ?? options;
  if (typeof answer !== 'object' || answer === null) {
    throw new AppError('invalid_request', 'A finish needs the credential.');
  }
  return { stage: 'finish', credential: answer, returnTo };
}
