import { outside, type Requirements } from '../requirement.ts';

const reason = 'there is no OAuth and no OpenID Connect';
const not = (level: 1 | 2, asks: string) => outside(level, asks, reason);

export const oauth: Requirements = {
  '10.1.1': not(2, 'Tokens go only where they are needed'),
  '10.1.2': not(2, 'The client takes only what belongs to its own flow'),
  '10.2.1': not(2, 'Clients are safe from forged flows'),
  '10.2.2': not(2, 'Clients do not mix up servers'),
  '10.3.1': not(2, 'Resource servers check the audience'),
  '10.3.2': not(2, 'Resource servers heed the claims'),
  '10.3.3': not(2, 'Users are known by what is never given again'),
  '10.3.4': not(2, 'Resource servers check the strength of the sign-in'),
  '10.4.1': not(1, 'Redirect addresses are compared exactly'),
  '10.4.2': not(1, 'Authorization codes work once'),
  '10.4.3': not(1, 'Authorization codes are short-lived'),
  '10.4.4': not(1, 'Clients have only the grants they need'),
  '10.4.5': not(1, 'Refresh tokens cannot be replayed'),
  '10.4.6': not(2, 'PKCE is required'),
  '10.4.7': not(2, 'Dynamic registration is guarded'),
  '10.4.8': not(2, 'Refresh tokens end at last'),
  '10.4.9': not(2, 'People can revoke tokens'),
  '10.4.10': not(2, 'Confidential clients prove who they are'),
  '10.4.11': not(2, 'Clients have only the scopes they need'),
  '10.5.1': not(2, 'ID tokens cannot be replayed'),
  '10.5.2': not(2, 'Users are known by their subject'),
  '10.5.3': not(2, 'Metadata must name the expected issuer'),
  '10.5.4': not(2, 'ID tokens are for this client'),
  '10.5.5': not(2, 'Back-channel sign-out cannot be forged'),
  '10.6.1': not(2, 'Only safe response types work'),
  '10.6.2': not(2, 'Nobody is signed out by force'),
  '10.7.1': not(2, 'People consent to each request'),
  '10.7.2': not(2, 'Consent says what it is for'),
  '10.7.3': not(2, 'People can take consent back'),
};
