/** A password that somebody chooses on a form: judged and hashed, or what is wrong with it. Knows no page. */
import * as z from 'zod';
import { hashPassword } from '../../accounts/password.ts';
import { passwordProblem } from '../../accounts/password-rules.ts';
import { lineOf } from '../../accounts/password-try.ts';

/** The fields of such a form; `way` comes with the button for whoever wants a passkey and no password. */
export const chosenPasswordForm = z.object({
  password: z.string().catch(''),
  way: z.literal('passkey').optional().catch(undefined),
});

type Typed = { password: string; way?: 'passkey' | undefined };
/**
 * Whose password it is and on which site, since a good password contains neither; and from which network address it comes.
 */
type About = { email: string; origin: string; address: string };
type Problem = { problem: string };

/** What is wrong with what was chosen, as a sentence; null when nothing is, or a passkey was chosen. */
export async function chosenProblem(
  { password, way }: Typed,
  { email, origin }: Pick<About, 'email' | 'origin'>,
): Promise<string | null> {
  return way === 'passkey' ? null : passwordProblem(password, { email, host: new URL(origin).hostname });
}

/**
 * @returns the hash to keep, or what is wrong, as a sentence
 * @throws {AppError} `service_unavailable` when too many passwords wait to be hashed
 */
export async function choosePassword(
  password: string,
  about: About,
): Promise<{ passwordHash: string } | Problem> {
  const problem = await chosenProblem({ password }, about);
  return problem ? { problem } : { passwordHash: await hashPassword(password, lineOf(about.address)) };
}

/** As {@link choosePassword}, with a hash of null for whoever wants a passkey and no password. */
export async function choosePasswordOrPasskey(
  { password, way }: Typed,
  about: About,
): Promise<{ passwordHash: string | null } | Problem> {
  return way === 'passkey' ? { passwordHash: null } : choosePassword(password, about);
}
