/** What stands between the password and the account where a passkey is asked for after it. */
import type { Break } from '../break.ts';

export const secondStepBreaks: readonly Break[] = [
  {
    name: 'a password is proof enough to ask for a passkey after it',
    file: 'src/web/middleware/require-recent-proof.ts',
    find: 'if (hasRecentPasskeyProof(ctx)) return next();',
    replace: 'if (hasRecentProof(ctx)) return next();',
    tests: ['test/application/second-factor-settings', 'test/application/access'],
  },
  {
    name: 'new recovery codes are shown in any sign-in',
    file: 'src/web/http/codes-cookie.ts',
    find: 'contentEncryptionAlgorithms: [cipher], subject };',
    replace: 'contentEncryptionAlgorithms: [cipher] };',
    tests: ['test/application/second-factor-settings'],
  },
  {
    name: 'new recovery codes are shown again',
    file: 'src/web/http/codes-cookie.ts',
    find: "if (ctx.method !== 'HEAD') clearCookie(ctx, 'codes', secure);",
    replace: '',
    tests: ['test/application/second-factor-settings'],
  },
  {
    name: 'signing out leaves a sign-in that waits',
    file: 'src/web/sign-in/sign-out.ts',
    find: 'if (pending) {',
    replace: 'if (pending && ctx.state.user) {',
    tests: ['test/application/second-step', 'test/application/access'],
  },
  {
    name: 'a passkey that a service could not tell of turns it on',
    file: 'src/operations/second-factor.ts',
    find: 'const listed = await passkeys.listFor(who.userId);',
    replace: 'const listed = (await passkeys.listOrNull(who.userId)) ?? [{ vouched: true } as never];',
    tests: ['test/application/second-factor-settings'],
  },
];
