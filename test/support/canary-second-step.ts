/** The part of the canaries' walk that is about the passkey after the password, and about recovery codes. */
import { paths } from '../../src/paths.ts';
import { person, type TestApp } from './app.ts';
import { codesIn, secondStepAnswer } from './second-factor.ts';
import { keep, keepCookies, keepTexts } from './secrets.ts';
import { createVisitor } from './visitor.ts';

/** Turned on, used in each way, refused in each way, and turned off. */
export async function walkThroughSecondStep(running: TestApp): Promise<void> {
  const account = { email: 'careful-ada@example.com', password: person.password };
  keep('an email address', account.email);
  await running.createAccount(account.email, account.password);
  const visitor = createVisitor(running);
  const { get, postForm, postJson, signIn } = visitor;
  keepCookies(await signIn(account));
  await visitor.createPasskey();
  keepCookies(await visitor.signInWithPasskey());
  keepCookies(await postForm(paths.turnOnSecondFactor));
  const codes = codesIn((await get(paths.recoveryCodes)).text);
  for (const code of codes) {
    keep('a recovery code', code);
    keep('a recovery code', code.replaceAll('-', ''));
  }

  keepCookies(await signIn(account));
  const wrong = '0000-1111-2222-3333-4444-5555-66';
  keep('a wrong recovery code', wrong);
  await postForm(paths.verifySignIn, { code: wrong });
  keepCookies(await postForm(paths.verifySignIn, { code: codes[0] ?? '' }));
  await postForm(paths.reauth, { password: account.password, code: 'not-a-recovery-code-of-ada' });
  keep('no recovery code', 'not-a-recovery-code-of-ada');
  await postForm(paths.reauth, { password: account.password, code: wrong });
  keepCookies(await postForm(paths.reauth, { password: account.password, code: codes[1] ?? '' }));

  keepCookies(await signIn(account));
  const { start, credential } = await secondStepAnswer(visitor, running.origin);
  keepCookies(start);
  keep('a challenge', start.body.loginOptions.publicKey.challenge);
  keepTexts('a part of an assertion', credential.response);
  keepCookies(await postJson(paths.secondFactorLogin, { finish: true, credential }));
  keepCookies(await postForm(paths.recoveryCodes));
  const fresh = codesIn((await get(paths.recoveryCodes)).text);
  for (const code of fresh) keep('a recovery code', code);
  const typed = { password: account.password, code: fresh[0] ?? '' };
  await postForm(paths.turnOffSecondFactor, { ...typed, code: 'not-a-code-to-turn-off' });
  keep('no recovery code', 'not-a-code-to-turn-off');
  await postForm(paths.turnOffSecondFactor, { ...typed, code: wrong });
  await postForm(paths.turnOffSecondFactor, typed);
}
