import { applies, type Requirements } from '../requirement.ts';

export const coding: Requirements = {
  '15.1.1': applies(
    1,
    'Times to mend libraries are documented',
    'docs/security/dependencies.md#times-to-mend',
  ),
  '15.1.2': applies(
    2,
    'All libraries are listed and come from known places',
    'docs/security/dependencies.md#inventory',
    'package-lock.json',
  ),
  '15.1.3': applies(
    2,
    'What costs much is documented, with its bounds',
    'docs/security/input.md#what-costs-much',
  ),
  '15.2.1': applies(
    1,
    'No library is older than its time to mend',
    'docs/security/dependencies.md#times-to-mend',
  ),
  '15.2.2': applies(2, 'What costs much is bounded'),
  '15.2.3': applies(2, 'Production has only what it needs'),
  '15.2.4': applies(3, 'Libraries come from the expected place, and no other can take theirs'),
  '15.3.1': applies(1, 'Only the fields that are needed are given out'),
  '15.3.2': applies(2, 'Outgoing calls follow no redirect'),
  '15.3.3': applies(2, 'Only the fields that are meant are taken in'),
  '15.3.4': applies(2, 'The address of whoever asks is the right one'),
  '15.3.5': applies(2, 'Types are checked and compared strictly', 'tsconfig.json', 'src/web/http/input.ts'),
  '15.3.6': applies(2, 'Prototypes cannot be polluted'),
  '15.3.7': applies(2, 'Parameters cannot be said twice'),
  '15.4.2': applies(3, 'What is checked and what is done are one'),
};
