import { applies, type Requirements } from '../requirement.ts';

export const logging: Requirements = {
  '16.1.1': applies(
    2,
    'What is logged, where, how long and for whom is documented',
    'docs/security/log.md#events',
    'docs/security/log.md#keeping-it',
  ),
  '16.2.1': applies(2, 'Each entry says when, where, who and what'),
  '16.2.2': applies(2, 'Times are in UTC, of clocks that agree', 'docs/security/log.md#keeping-it'),
  '16.2.3': applies(2, 'Logs go only to the documented place', 'src/logger.ts'),
  '16.2.4': applies(2, 'Logs can be read by programs'),
  '16.2.5': applies(2, 'Nothing sensitive is logged'),
  '16.3.1': applies(2, 'All sign-ins are logged, and all refusals'),
  '16.3.2': applies(2, 'Refused access is logged'),
  '16.3.3': applies(
    2,
    'Security events and attempts to get round controls are logged',
    'docs/security/log.md#events',
    'src/web/middleware/request-log.ts',
  ),
  '16.3.4': applies(
    2,
    'Unexpected errors and failed connections are logged',
    'src/web/middleware/render-errors.ts',
    'src/passkeys/hanko/circuit.ts',
  ),
  '16.4.1': applies(2, 'Input cannot forge an entry'),
  '16.4.2': applies(2, 'Logs cannot be read or changed by others', 'docs/security/log.md#keeping-it'),
  '16.4.3': applies(2, 'Logs go to another system', 'docs/security/log.md#keeping-it'),
  '16.5.1': applies(2, 'Errors tell people nothing of the inside'),
  '16.5.2': applies(2, 'The rest goes on while a service is down'),
  '16.5.3': applies(2, 'An error lets nobody in'),
};
