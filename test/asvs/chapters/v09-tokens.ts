import { applies, type Requirements } from '../requirement.ts';

export const tokens: Requirements = {
  '9.1.1': applies(1, 'A token counts only after its signature'),
  '9.1.2': applies(1, 'Only listed algorithms count: RS256', 'src/passkeys/hanko/token.ts'),
  '9.1.3': applies(1, 'Keys come from the configured place'),
  '9.2.1': applies(1, 'A token counts only in its time'),
  '9.2.2': applies(2, 'A token counts only for its purpose'),
  '9.2.3': applies(2, 'A token counts only for its audience'),
  '9.2.4': applies(2, 'Tokens name the audience that they are for', 'src/passkey-api/tokens.ts'),
};
