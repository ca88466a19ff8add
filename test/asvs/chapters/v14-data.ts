import { applies, type Requirements } from '../requirement.ts';

export const data: Requirements = {
  '14.1.1': applies(2, 'Sensitive data is identified and classified', 'docs/security/data.md#classes'),
  '14.1.2': applies(2, 'How each class is protected is documented', 'docs/security/data.md#protection'),
  '14.2.1': applies(1, 'Nothing sensitive stands in an address', 'docs/security/data.md#addresses'),
  '14.2.2': applies(2, 'Caches keep nothing sensitive'),
  '14.2.3': applies(
    2,
    'Nothing sensitive goes to strangers',
    'docs/security/deployment.md#who-is-spoken-to',
    'test/house/static-rules.test.ts',
  ),
  '14.2.4': applies(2, 'The documented protection is there', 'docs/security/data.md#protection'),
  '14.2.6': applies(3, 'Only what is needed is given back'),
  '14.2.7': applies(3, 'What is not needed any more is deleted'),
  '14.3.1': applies(1, 'The browser forgets when the session ends'),
  '14.3.2': applies(2, 'Browsers do not cache what is private'),
  '14.3.3': applies(2, 'The browser stores nothing sensitive', 'docs/security/data.md#in-the-browser'),
};
