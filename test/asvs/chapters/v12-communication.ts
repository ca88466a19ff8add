import { applies, outside, type Requirements } from '../requirement.ts';

export const communication: Requirements = {
  '12.1.1': applies(
    1,
    'Only TLS 1.2 and 1.3',
    'docs/security/deployment.md#in-front',
    'docs/security/deployment.md#who-is-spoken-to',
  ),
  '12.1.2': applies(
    2,
    'Only recommended ciphers',
    'docs/security/deployment.md#in-front',
    'docs/security/deployment.md#who-is-spoken-to',
  ),
  '12.1.3': outside(2, 'Certificates of clients are verified', 'clients have no certificates'),
  '12.2.1': applies(1, 'People reach the site over TLS alone', 'src/web/middleware/https-only.ts'),
  '12.2.2': applies(
    1,
    'The certificate of the site is publicly trusted',
    'docs/security/deployment.md#in-front',
  ),
  '12.3.1': applies(2, 'Every connection is encrypted, and none falls back', 'docs/operating.md#database'),
  '12.3.2': applies(2, 'Certificates of servers are verified'),
  '12.3.3': applies(
    2,
    'Services of the application speak TLS with each other',
    'docs/security/deployment.md#in-front',
    'src/config-schema.ts',
  ),
  '12.3.4': applies(
    2,
    'Certificates within the application are trusted one by one',
    'docs/operating.md#database',
  ),
};
