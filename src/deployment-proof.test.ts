import Keygrip from 'keygrip';
import { describe, expect, it } from 'vitest';
import { proofOfDeployment, provesDeployment } from './deployment-proof.ts';

const asked = 'a-question-of-22-letters';
const proof = (keys: string[], question: unknown = asked) => proofOfDeployment(keys, question) ?? '';

describe('the proof that somebody is this deployment', () => {
  it('is given with a secret key that whoever asks has as well', () => {
    expect(provesDeployment(['one'], asked, proof(['one']))).toBe(true);
    // While keys are replaced.
    expect(provesDeployment(['new', 'one'], asked, proof(['one']))).toBe(true);
    expect(provesDeployment(['one', 'old'], asked, proof(['new', 'one']))).toBe(false);
  });

  it.each([
    ['of another key', proof(['two'])],
    ['to another question', proof(['one'], `${asked}-2`)],
    ['that is empty', ''],
    ['that is the question', asked],
  ])('is no answer %s', (_, answer) => {
    expect(provesDeployment(['one'], asked, answer)).toBe(false);
  });

  it.each([
    undefined,
    '',
    'short',
    'a'.repeat(65),
    ['a'.repeat(22)],
    'latchkey-session=0123456789abcdef',
    `${'a'.repeat(22)}\n`,
  ])('is given to no question like %j', (question) => {
    expect(proofOfDeployment(['one'], question)).toBeNull();
  });

  it('signs no cookie', () => {
    expect(proof(['one'])).not.toBe(new Keygrip(['one'], 'sha256').sign(asked));
  });
});
