/** Every break there is. */
import type { Break } from '../break.ts';
import { accountBreaks } from './accounts.ts';
import { ceremonyBreaks } from './ceremonies.ts';
import { dataBreaks } from './data.ts';
import { gateBreaks } from './gate.ts';
import { linkBreaks } from './links.ts';
import { mailBreaks } from './mail.ts';
import { operationBreaks } from './operations.ts';
import { ownershipBreaks } from './ownership.ts';
import { passkeyApiBreaks } from './passkey-api.ts';
import { passwordBreaks } from './passwords.ts';
import { proofBreaks } from './proofs.ts';
import { secondFactorBreaks } from './second-factor.ts';
import { secondStepBreaks } from './second-step.ts';
import { serviceBreaks } from './service.ts';
import { sessionBreaks } from './sessions.ts';
import { webBreaks } from './web.ts';

export const breaks: readonly Break[] = [
  ...ceremonyBreaks,
  ...gateBreaks,
  ...serviceBreaks,
  ...ownershipBreaks,
  ...sessionBreaks,
  ...proofBreaks,
  ...secondStepBreaks,
  ...passwordBreaks,
  ...secondFactorBreaks,
  ...accountBreaks,
  ...linkBreaks,
  ...operationBreaks,
  ...webBreaks,
  ...mailBreaks,
  ...dataBreaks,
  ...passkeyApiBreaks,
];
