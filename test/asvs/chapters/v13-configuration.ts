import { applies, deviates, type Requirements } from '../requirement.ts';

export const configuration: Requirements = {
  '13.1.1': applies(
    2,
    'Everybody who is spoken to is documented',
    'docs/security/deployment.md#who-is-spoken-to',
  ),
  '13.2.1': deviates(
    2,
    'Services prove who they are with something that changes',
    'A Hanko tenant knows only a fixed API key, and most mail and database servers a fixed password. All come from the environment, are sent over verified TLS only, and can be replaced by a restart. The embedded API has a key that is made anew at each start.',
    'docs/security/cryptography.md#keys',
    'src/passkey-backend.ts',
  ),
  '13.2.2': applies(
    2,
    'Services have the least rights that they need',
    'docs/security/deployment.md#the-least-that-is-needed',
  ),
  '13.2.3': applies(2, 'No default credentials'),
  '13.2.4': applies(
    2,
    'Outgoing connections go to a fixed list',
    'docs/security/deployment.md#who-is-spoken-to',
  ),
  '13.2.5': applies(
    2,
    'The server loads only from a fixed list',
    'docs/security/deployment.md#who-is-spoken-to',
    'src/web/middleware/static-files.ts',
  ),
  '13.2.6': applies(3, 'Connections keep their documented limits'),
  '13.3.1': applies(
    2,
    'Secrets are kept by something made for it, and not in code or builds',
    'docs/security/deployment.md#secrets',
    'src/config.ts',
  ),
  '13.3.2': applies(2, 'Secrets are for those who need them', 'docs/security/deployment.md#secrets'),
  '13.4.1': applies(1, 'No metadata of source control is served'),
  '13.4.2': applies(2, 'Debugging is off in production'),
  '13.4.3': applies(2, 'No directory is listed'),
  '13.4.4': applies(2, 'TRACE does not work'),
  '13.4.5': applies(
    2,
    'Documentation and monitoring are open only where meant',
    'docs/security/authorization.md#functions',
  ),
};
