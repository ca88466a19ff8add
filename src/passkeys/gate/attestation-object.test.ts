import { describe, expect, it } from 'vitest';
import { type Cbor, cbor, concat, hex, withAttestation } from '../../../test/support/credential-surgery.ts';
import { ES256, expected, registrationRefuses } from '../../../test/support/gate-fixtures.ts';
import { checkRegistration } from './gate.ts';

const attestation = (change: Parameters<typeof withAttestation>[1]) =>
  withAttestation(ES256.registration, change);
const ordered = (...names: string[]) => attestation((m) => new Map(names.map((name) => [name, m.get(name)])));
/** The encoding of fmt "none" and an empty attStmt, up to the value of authData. */
const head = 'a363666d74646e6f6e656761747453746d74a0686175746844617461';
const withoutHead = (members: Cbor) => cbor(members).slice(1);

describe('registration accepts', () => {
  it.each([
    ['authData', 'fmt', 'attStmt'],
    ['attStmt', 'authData', 'fmt'],
  ])('its members in the order %s, %s, %s', async (...names) => {
    await expect(checkRegistration(ordered(...names), expected)).resolves.toBeDefined();
  });
});

registrationRefuses({
  'the attestation object is not the only spelling of its content': {
    'a byte behind': attestation((m) => concat(cbor(m), hex('00'))),
    'a second object behind': attestation((m) => concat(cbor(m), cbor(m))),
    'a cut end': attestation((m) => cbor(m).slice(0, -3)),
  },
  'the attestation object is not CBOR': {
    'a cut head': attestation((m) => cbor(m).slice(0, 12)),
    'a map of indefinite length': attestation((m) => concat(hex('bf'), withoutHead(m), hex('ff'))),
    'a loosely spelled count': attestation((m) => concat(hex('b803'), withoutHead(m))),
    'a loosely spelled length': attestation((m) => concat(hex('a363666d7478046e6f6e65'), cbor(m).slice(10))),
    'authenticator data in pieces': attestation((m) =>
      concat(hex(`${head}5f`), cbor(m.get('authData')), hex('ff')),
    ),
    'a count beyond all bounds': attestation(() => hex('bbffffffffffffffff')),
    'ten thousand lists in lists': attestation(() => new Uint8Array(20_000).fill(0x81)),
    'a member named twice': attestation((m) => concat(hex('a4'), withoutHead(m), hex('63666d74646e6f6e65'))),
    'a list as name': attestation((m) => concat(hex('a4'), withoutHead(m), hex('8000'))),
  },
  'the attestation object is not a map': {
    'a tag before it': attestation((m) => concat(hex('c1'), cbor(m))),
    'a list': attestation((m) => cbor([...m.values()])),
    'bytes around it': attestation((m) => cbor(cbor(m))),
  },
  'the attestation object has other members': {
    'a fourth member': attestation((m) => m.set('ep', true)),
    'no format': ordered('attStmt', 'authData'),
  },
  'the attestation object has no format': {
    'a number as format': attestation((m) => m.set('fmt', 1)),
    'bytes as format': attestation((m) => m.set('fmt', hex('6e6f6e65'))),
    'another member instead': attestation(
      (m) => new Map([...m].map(([n, v]) => [n === 'fmt' ? 'FMT' : n, v])),
    ),
  },
  'the attestation object has no statement': {
    'a list as statement': attestation((m) => m.set('attStmt', [])),
    'null as statement': attestation((m) => m.set('attStmt', null)),
  },
  'the attestation object has no authenticator data': {
    'authenticator data as text': attestation((m) => m.set('authData', 'x')),
  },
});
