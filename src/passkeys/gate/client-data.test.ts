import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { describe, expect, it } from 'vitest';
import {
  concat,
  hex,
  utf8,
  withClientData,
  withClientDataText,
} from '../../../test/support/credential-surgery.ts';
import {
  type Answer,
  bothRefuse,
  ES256,
  expected,
  refusalOf,
  respelled,
} from '../../../test/support/gate-fixtures.ts';
import { checkAssertion, checkRegistration, readChallenge } from './gate.ts';

const { challenge, origin } = expected;
const withText = withClientDataText;
const inserted = (members: string) => (a: Answer) => withText(a, (json) => json.replace('{', `{${members},`));
const withBytes = (digits: string) => (a: Answer) =>
  withText(a, (json) => concat(utf8(`${json.slice(0, -1)},"x":"`), hex(digits), utf8('"}')));
const swapped: Record<string, string> = {
  'webauthn.get': 'webauthn.create',
  'webauthn.create': 'webauthn.get',
};
const withOrigin = (other: unknown) => (a: Answer) => withClientData(a, { origin: other });

describe('both ceremonies accept', () => {
  const accepted: Record<string, (honest: Answer) => Answer> = {
    'a leading byte order mark': (a) => withText(a, (json) => `\uFEFF${json}`),
    'unknown members': (a) => withClientData(a, { other_keys_can_be_added_here: { type: 'x' } }),
    'equal names at different depths': (a) =>
      withClientData(a, { more: { origin: 1, list: [{ origin: 2 }] } }),
    'braces, colons and quotes inside texts': (a) => withClientData(a, { note: '{"a":1,"a":2}}]\\" : "' }),
    'a member named __proto__': inserted('"__proto__":{}'),
    'as much as 8192 bytes': (a) => withText(a, (json) => json.padEnd(8192)),
    'other white space': (a) => withText(a, (json) => JSON.stringify(JSON.parse(json), null, '\t')),
    'crossOrigin left out': (a) => withClientData(a, { crossOrigin: undefined }),
    'a token binding of older browsers': (a) => withClientData(a, { tokenBinding: { status: 'supported' } }),
  };
  it.each(Object.entries(accepted))('%s', async (_, change) => {
    await expect(checkRegistration(change(ES256.registration), expected)).resolves.toBeDefined();
    await expect(checkAssertion(change(ES256.assertion), expected)).resolves.toBeDefined();
  });
});

bothRefuse({
  'the client data is not JSON in UTF-8': {
    'a stray byte': withBytes('ff'),
    'an overlong sequence': withBytes('c0af'),
    'a surrogate in UTF-8': withBytes('eda080'),
    'a NUL byte inside a text': withBytes('00'),
    'UTF-16': (a) => withText(a, (json) => new Uint8Array(Buffer.from(`\uFEFF${json}`, 'utf16le'))),
    'two byte order marks': (a) => withText(a, (json) => `\uFEFF\uFEFF${json}`),
    'two JSON values': (a) => withText(a, (json) => json + json),
    'a NUL behind': (a) => withText(a, (json) => `${json}\0`),
    'a cut end': (a) => withText(a, (json) => json.slice(0, -1)),
    'a comment': (a) => withText(a, (json) => `${json}//`),
    'two thousand lists in lists': (a) => withText(a, () => '['.repeat(2000)),
  },
  'the client data is not an object': {
    'a list around it': (a) => withText(a, (json) => `[${json}]`),
    null: (a) => withText(a, () => 'null'),
    'a text': (a) => withText(a, (json) => JSON.stringify(json)),
  },
  'the client data repeats a member': {
    'a name repeated': inserted('"origin":"https://evil.example"'),
    'a name repeated with escapes': inserted('"orig\\u0069n":"https://evil.example"'),
    'a name repeated with white space': inserted(' "type" \n:\t"webauthn.get" '),
    'an unknown name repeated': inserted('"x":1,"x":{"y":[]}'),
    '__proto__ repeated': inserted('"__proto__":1,"__proto__":2'),
  },
  'the client data lacks a member': {
    'all members under __proto__': (a) => withText(a, (json) => `{"__proto__":${json}}`),
    'no type': (a) => withClientData(a, { type: undefined }),
    'a list as type': (a) => withClientData(a, { type: ['webauthn.create'] }),
    'no challenge': (a) => withClientData(a, { challenge: undefined }),
    'a list as challenge': (a) => withClientData(a, { challenge: [challenge] }),
    'no origin': withOrigin(undefined),
    'a list as origin': withOrigin([origin]),
    'an object as origin': withOrigin({ origin }),
  },
  'the client data is of another ceremony': {
    'the type of a payment': (a) => withClientData(a, { type: 'payment.get' }),
    'a type in capitals': (a) => withClientData(a, { type: 'WEBAUTHN.CREATE' }),
    'a type with a blank': (a) => withText(a, (json) => json.replace('webauthn.', ' webauthn.')),
    'the type of the other ceremony': (a) =>
      withText(a, (json) => json.replace(/webauthn\.(get|create)/, (type) => swapped[type] ?? '')),
  },
  'the challenge is another one': {
    'another challenge': (a) => withClientData(a, { challenge: `t${challenge.slice(1)}` }),
    'the challenge respelled': (a) => withClientData(a, { challenge: respelled(challenge) }),
    'the challenge padded': (a) => withClientData(a, { challenge: `${challenge}=` }),
    'the challenge with NUL': (a) => withClientData(a, { challenge: `${challenge}\0` }),
    'an empty challenge': (a) => withClientData(a, { challenge: '' }),
  },
  'the origin is another one': {
    'a foreign site': withOrigin('https://evil.example'),
    'a host in capitals': withOrigin('https://APP.example.com'),
    'a scheme in capitals': withOrigin('HTTPS://app.example.com'),
    'no TLS': withOrigin('http://app.example.com'),
    'a trailing slash': withOrigin(`${origin}/`),
    'the default port': withOrigin(`${origin}:443`),
    'another port': withOrigin(`${origin}:8443`),
    'a trailing dot': withOrigin(`${origin}.`),
    'a blank before': withOrigin(` ${origin}`),
    'a NUL behind': withOrigin(`${origin}\0`),
    'a longer host': withOrigin(`${origin}.evil.example`),
    'a subdomain': withOrigin('https://sub.app.example.com'),
    'a user name': withOrigin('https://user@app.example.com'),
    'an app': withOrigin('android:apk-key-hash:4AAlZq7bU9TSDVXsOh5bM0zeHLUZyTEzLGxuHqkcTCQ'),
    'an opaque origin': withOrigin('null'),
    'an empty origin': withOrigin(''),
  },
  'the ceremony ran in an embedded page': {
    'crossOrigin true': (a) => withClientData(a, { crossOrigin: true }),
    'crossOrigin as text': (a) => withClientData(a, { crossOrigin: 'false' }),
    'crossOrigin null': (a) => withClientData(a, { crossOrigin: null }),
    'a topOrigin': (a) => withClientData(a, { topOrigin: origin }),
    'a topOrigin of null': (a) => withClientData(a, { topOrigin: null }),
  },
});

describe('a member of the client data', () => {
  it('[ASVS 15.3.6] is never taken from a polluted prototype', async () => {
    Object.defineProperty(Object.prototype, 'origin', { value: origin, configurable: true });
    try {
      const { reason } = await refusalOf(checkAssertion(withOrigin(undefined)(ES256.assertion), expected));
      expect(reason).toBe('the client data lacks a member');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'origin');
    }
  });
});

describe('the challenge of a posted credential', () => {
  const posted = (json: unknown) => ({
    response: {
      clientDataJSON: isoBase64URL.fromUTF8String(typeof json === 'string' ? json : JSON.stringify(json)),
    },
  });

  it('is read as text, whatever it spells', () => {
    expect(readChallenge(ES256.assertion)).toBe(challenge);
    expect(readChallenge(posted({ challenge: `${challenge}=` }))).toBe(`${challenge}=`);
    expect(readChallenge(posted('\uFEFF{"challenge":"a"}'))).toBe('a');
  });

  it('is read from answers that will be refused, so that these spend their ticket', () => {
    expect(readChallenge(posted('{"challenge":"a","x":1,"x":2}'))).toBe('a');
    expect(readChallenge(withBytes('ff')(ES256.registration))).toBe(challenge);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'x'],
    ['an empty object', {}],
    ['a response of null', { response: null }],
    ['a list', [1, 2, 3]],
    [
      'a response that is a text',
      { id: 1, rawId: [], type: {}, response: 'x', clientExtensionResults: null },
    ],
    [
      'a thousand other members',
      Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`m${at}`, at])),
    ],
    ['client data that is no text', { response: { clientDataJSON: 7 } }],
    ['client data that is an object', { response: { clientDataJSON: { toString: 'x' } } }],
    ['client data of NUL', { response: { clientDataJSON: '\0' } }],
    ['half a surrogate pair', { response: { clientDataJSON: '\udfff' } }],
    ['client data of 10 MB', { response: { clientDataJSON: 'A'.repeat(10_000_000) } }],
    ['no JSON', posted('x')],
    ['JSON of null', posted('null')],
    ['a list as client data', posted('["challenge"]')],
    ['no challenge', posted({})],
    ['a list as challenge', posted({ challenge: ['a'] })],
    ['an inherited challenge', posted('{"__proto__":{"challenge":"a"}}')],
  ])('is null for %s', (_, credential) => {
    expect(readChallenge(credential)).toBeNull();
  });
});
