/** One honest ceremony of each kind and algorithm, and tables of what must not pass. For tests of the gate only. */
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { describe, expect, it } from 'vitest';
import {
  acceptedAlgorithms,
  checkAssertion,
  checkRegistration,
  GateRefusal,
} from '../../src/passkeys/gate/gate.ts';
import { type AssertionAnswer, createAuthenticator, type RegistrationAnswer } from './authenticator.ts';

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256';
export type Answer = RegistrationAnswer | AssertionAnswer;

const challenge = 'sHgTuahDUdkcZB1XpmzzE3nBcNhL2msvR-YFuSDJC0Q';
export const expected = { challenge, origin: 'https://app.example.com', rpId: 'app.example.com' };
export const userId = '0b8e5a0e-64a4-4a36-9f0e-3a6a4a1f2b77';

export const creationOptions = {
  publicKey: {
    rp: { id: expected.rpId, name: 'Latchkey' },
    user: { id: isoBase64URL.fromUTF8String(userId), name: 'ada@example.com', displayName: 'Ada' },
    challenge,
    pubKeyCredParams: acceptedAlgorithms.map((alg) => ({ type: 'public-key', alg })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  },
};
const requestOptions = { publicKey: { challenge, rpId: expected.rpId, userVerification: 'required' } };

/** A registration and a sign-in with the new passkey, both honest. */
function honestAnswers(algorithm: Algorithm) {
  const authenticator = createAuthenticator({ algorithms: [algorithm] });
  const registration = authenticator.create(creationOptions, expected.origin);
  return { registration, assertion: authenticator.get(requestOptions, expected.origin) };
}

export const ES256 = honestAnswers('ES256');
export const EdDSA = honestAnswers('EdDSA');
export const RS256 = honestAnswers('RS256');

/** More than any limit of the gate. */
export const tenMegabytes = 'A'.repeat(10_000_000);

/** As many bytes as asked: first those given, then 0xa5. */
export const filled = (length: number, ...start: number[]) =>
  Uint8Array.from({ length }, (_, at) => start[at] ?? 0xa5);

/** Another last character: the same bytes spelled otherwise, where the last character has bits to spare. */
export function respelled(encoded: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return encoded.slice(0, -1) + alphabet[alphabet.indexOf(encoded.at(-1) ?? '') + 1];
}

/** The refusal of a check; fails the test when the check accepts, or throws anything else. */
export async function refusalOf(checked: Promise<unknown>): Promise<GateRefusal> {
  const outcome = await checked.then(
    () => 'accepted',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(GateRefusal);
  return outcome as GateRefusal;
}

/** For each rule, by the reason it gives: the hostile answers that it, and no other rule, must stop. */
type Hostile<Attack> = Record<string, Record<string, Attack>>;

export function bothRefuse(table: Hostile<(honest: Answer) => unknown>): void {
  registrationRefuses(mapAttacks(table, (attack) => attack(ES256.registration)));
  signInRefuses(mapAttacks(table, (attack) => attack(ES256.assertion)));
}

export function registrationRefuses(table: Hostile<unknown>): void {
  describeRefusals('registration refuses', checkRegistration, table);
}

export function signInRefuses(table: Hostile<unknown>): void {
  describeRefusals('sign-in refuses', checkAssertion, table);
}

function describeRefusals(
  title: string,
  check: typeof checkRegistration | typeof checkAssertion,
  table: Hostile<unknown>,
) {
  const rows = Object.entries(table).flatMap(([reason, attacks]) =>
    Object.entries(attacks).map(([name, answer]) => ({ name, reason, answer })),
  );
  describe(title, () => {
    it.each(rows)('$name: $reason', async ({ answer, reason }) => {
      const refusal = await refusalOf(check(answer, expected));
      expect(refusal).toMatchObject({ reason, code: 'refused' });
    });
  });
}

function mapAttacks<From, To>(table: Hostile<From>, change: (attack: From) => To): Hostile<To> {
  return Object.fromEntries(
    Object.entries(table).map(([reason, attacks]) => [
      reason,
      Object.fromEntries(Object.entries(attacks).map(([name, attack]) => [name, change(attack)])),
    ]),
  );
}
