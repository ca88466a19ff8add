/** Somebody who has turned on "Also ask for a passkey after my password". */
import { paths } from '../../src/paths.ts';
import { person } from './person.ts';
import type { Visitor } from './visitor.ts';

/** What a page shows of recovery codes. */
export const codesIn = (html: string): string[] =>
  [...html.matchAll(/<code>([0-9A-Z-]{32})<\/code>/g)].map(([, code = '']) => code);

/** Signs in, creates a passkey, signs in with it, and turns it on. @returns the recovery codes */
export async function turnsOnSecondFactor(
  visitor: Visitor,
  account: { email: string; password: string } = person,
): Promise<string[]> {
  await visitor.signIn(account);
  await visitor.createPasskey();
  await visitor.signInWithPasskey();
  await visitor.postForm(paths.turnOnSecondFactor);
  return codesIn((await visitor.get(paths.recoveryCodes)).text);
}

/** The answer of this visitor's own authenticator to a second step that waits. */
export async function secondStepAnswer({ postJson, authenticator }: Visitor, origin: string) {
  const start = await postJson(paths.secondFactorLogin, { start: true });
  return { start, credential: authenticator.get(start.body.loginOptions, origin) };
}

export async function usesPasskeyAfterPassword(visitor: Visitor, origin: string, more: object = {}) {
  const { credential } = await secondStepAnswer(visitor, origin);
  return visitor.postJson(paths.secondFactorLogin, { finish: true, credential, ...more });
}
