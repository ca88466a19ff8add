import { applies, outside, type Requirements } from '../requirement.ts';

const notFederated = 'sessions are this application’s alone';

export const sessions: Requirements = {
  '7.1.1': applies(
    2,
    'How long sessions live is documented, with the reason',
    'docs/security/authentication.md#sessions',
  ),
  '7.1.2': applies(
    2,
    'How many sessions an account may have is documented',
    'docs/security/authentication.md#sessions',
  ),
  '7.1.3': outside(2, 'All systems of a federation are documented', notFederated),
  '7.2.1': applies(1, 'Sessions are verified on the server', 'src/web/http/session.ts'),
  '7.2.2': applies(1, 'Sessions have tokens that are made for them', 'src/operations/open-session.ts'),
  '7.2.3': applies(1, 'Their ids are random, of 128 bits and more'),
  '7.2.4': applies(1, 'Every proof of identity gives the session a new id'),
  '7.3.1': applies(2, 'Sessions end when nobody comes'),
  '7.3.2': applies(2, 'Sessions end at last, whoever comes'),
  '7.4.1': applies(1, 'A session that has ended is worth nothing'),
  '7.4.2': applies(1, 'All sessions end with their account'),
  '7.4.3': applies(2, 'Whoever changes a factor can end all other sessions'),
  '7.4.4': applies(2, 'Every private page has the way out', 'views/layouts/account.eta'),
  '7.4.5': applies(2, 'Operators can end the sessions of an account'),
  '7.5.1': applies(2, 'Changes to ways in ask for a new proof'),
  '7.5.2': applies(2, 'People see their sessions and, after a proof, end them'),
  '7.5.3': applies(3, 'What is grave asks for a new proof'),
  '7.6.1': outside(2, 'Sessions here and at the identity provider end as documented', notFederated),
  '7.6.2': applies(2, 'No session begins without somebody wanting it'),
};
