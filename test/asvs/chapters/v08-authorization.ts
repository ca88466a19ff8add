import { applies, type Requirements } from '../requirement.ts';

export const authorization: Requirements = {
  '8.1.1': applies(
    1,
    'Who may call and see what is documented',
    'docs/security/authorization.md#functions',
    'docs/security/authorization.md#objects',
  ),
  '8.1.2': applies(
    2,
    'Who may read and write which field is documented',
    'docs/security/authorization.md#fields',
  ),
  '8.2.1': applies(1, 'Functions are for those who may call them'),
  '8.2.2': applies(1, 'Objects are for their owners'),
  '8.2.3': applies(2, 'Fields are for those who may read or write them'),
  '8.3.1': applies(1, 'The server decides'),
  '8.4.1': applies(2, 'Tenants are kept apart'),
};
