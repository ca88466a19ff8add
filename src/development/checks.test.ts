import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { checksOf, readSources } from './checks.ts';

const root = path.resolve(import.meta.dirname, '../..');
const fileOf = readSources(root);
const verdicts = (outcome: string) => checksOf(outcome, fileOf).map(({ verdict }) => verdict);
const refusing = (outcome: string) => checksOf(outcome, fileOf).filter(({ tone }) => tone === 'refused');

it('says of each check whether it passed', () => {
  expect(verdicts('accepted')).toEqual(['passed', 'passed', 'passed', 'passed', 'passed']);
  expect(verdicts('the origin is another one')).toEqual([
    'passed',
    'refused: the origin is another one',
    'not reached',
    'not reached',
    'not reached',
  ]);
  expect(verdicts('fault')).toEqual(Array(5).fill('not known: fault'));
});

it.each([
  ['used before', 'src/passkeys/tickets.ts'],
  ['no ticket of this browser, purpose and user', 'src/passkeys/tickets.ts'],
  ['challenge_expired', 'src/passkeys/tickets.ts'],
  ['the algorithm was not offered', 'src/passkeys/gate/public-key.ts'],
  ['the user was not verified', 'src/passkeys/gate/gate.ts'],
  ['the passkey belongs to another account', 'src/passkeys/second-factor.ts'],
  ['too_many_passkeys', 'src/passkeys/registration-start.ts'],
  ['api 401: failed to validate assertion / x', 'src/passkeys/hanko/hanko.ts'],
  ['another user', 'src/passkeys/hanko/token.ts'],
  ['ERR_JWT_EXPIRED', 'src/passkeys/hanko/token.ts'],
])('names the file of a refusal: %s', (outcome, file) => {
  expect(refusing(outcome)).toMatchObject([{ file }]);
});

it('knows where every refusal of the gate was made', () => {
  const gate = path.join(root, 'src/passkeys/gate');
  const reasons = readdirSync(gate)
    .filter((name) => !name.endsWith('.test.ts'))
    .flatMap((name) => [
      ...readFileSync(path.join(gate, name), 'utf8').matchAll(/(?:demand|orRefuse)\([^;]*?'([^']+)'/g),
    ])
    .map(([, reason = '']) => reason);
  expect(reasons.length).toBeGreaterThan(20);
  expect(reasons.filter((reason) => !refusing(reason)[0]?.file.startsWith('src/passkeys/gate/'))).toEqual([]);
});

it('goes on without sources', () => {
  const nowhere = readSources(path.join(root, 'nowhere'));
  expect(nowhere('used before')).toBeNull();
  expect(checksOf('api 401: x / y', nowhere)[3]).toMatchObject({ tone: 'refused' });
});
