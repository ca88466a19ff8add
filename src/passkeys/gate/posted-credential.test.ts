import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { describe, expect, it } from 'vitest';
import { withClientDataText, withOuter, withResponse } from '../../../test/support/credential-surgery.ts';
import {
  bothRefuse,
  ES256,
  expected,
  filled,
  refusalOf,
  registrationRefuses,
  respelled,
  signInRefuses,
  tenMegabytes,
  userId,
} from '../../../test/support/gate-fixtures.ts';
import { checkAssertion, checkRegistration } from './gate.ts';

const { registration, assertion } = ES256;
const noRegistration = 'the credential is not shaped like a registration';
const noAssertion = 'the credential is not shaped like an assertion';

describe('[ASVS 1.5.2, 15.3.5] a credential of the wrong shape', () => {
  const shapeless: Record<string, (honest: object) => unknown> = {
    nothing: () => undefined,
    null: () => null,
    'a text': () => 'credential',
    'a list around it': (a) => [a],
    'no response': (a) => ({ ...a, response: undefined }),
    'a response of null': (a) => ({ ...a, response: null }),
    'a list as response': (a) => ({ ...a, response: [] }),
    'everything under __proto__': (a) => JSON.parse(`{"__proto__":${JSON.stringify(a)}}`),
    'no id': (a) => ({ ...a, id: undefined }),
    'no rawId': (a) => ({ ...a, rawId: undefined }),
    'an empty id': (a) => ({ ...a, id: '', rawId: '' }),
    'a list as id': (a) => ({ ...a, id: [registration.id], rawId: [registration.id] }),
    'an object as id': (a) => ({ ...a, id: {}, rawId: {} }),
    'a number as id': (a) => ({ ...a, id: 1, rawId: 1 }),
    'an id of 10 MB': (a) => ({ ...a, id: tenMegabytes, rawId: tenMegabytes }),
    'another type': (a) => ({ ...a, type: 'password' }),
  };
  it.each(Object.entries(shapeless))('is refused in either ceremony: %s', async (_, change) => {
    expect((await refusalOf(checkRegistration(change(registration), expected))).reason).toBe(noRegistration);
    expect((await refusalOf(checkAssertion(change(assertion), expected))).reason).toBe(noAssertion);
  });

  it('is refused even when reading it throws', async () => {
    const trap = {
      get id(): string {
        throw new TypeError('not for you');
      },
    };
    await refusalOf(checkRegistration(trap, expected));
    await refusalOf(checkAssertion(trap, expected));
  });
});

const id = (text: string) => ({ id: text, rawId: text });

bothRefuse({
  'id and rawId differ': { 'another rawId': (a) => withOuter(a, { rawId: respelled(a.id) }) },
  'a binary member is not base64url': {
    'a padded id': (a) => withOuter(a, id(`${a.id}=`)),
    'an id with a line break': (a) => withOuter(a, id(`${a.id}\n`)),
    'an id with NUL': (a) => withOuter(a, id(`${a.id}\0`)),
    'an id in the other base64': (a) => withOuter(a, id(`+/${a.id}`)),
    'an id in letters beyond ASCII': (a) => withOuter(a, id(`${a.id.slice(0, -1)}é`)),
    'padded client data': (a) => withResponse(a, { clientDataJSON: `${a.response.clientDataJSON}=` }),
  },
  'a binary member is not the only spelling of its bytes': {
    'an id spelled otherwise': (a) => withOuter(a, id(respelled(a.id))),
    'an id of an impossible length': (a) => withOuter(a, id(`${a.id}AA`)),
  },
  'the id is too short or too long': {
    'an id of 15 bytes': (a) => withOuter(a, id(isoBase64URL.fromBuffer(filled(15)))),
  },
});

registrationRefuses({
  [noRegistration]: {
    'an assertion': assertion,
    'a list as client data': withResponse(registration, { clientDataJSON: ['e30'] }),
    'client data of 10 MB': withResponse(registration, { clientDataJSON: tenMegabytes }),
    'client data of 8193 bytes': withClientDataText(registration, (json) => json.padEnd(8193)),
    'a list as attestation object': withResponse(registration, { attestationObject: [] }),
    'an attestation object of 10 MB': withResponse(registration, { attestationObject: tenMegabytes }),
    'transports that are no list': withResponse(registration, { transports: 'internal' }),
    'objects among the transports': withResponse(registration, { transports: [{}] }),
    'an id of 1024 bytes': withOuter(registration, id(isoBase64URL.fromBuffer(filled(1024)))),
  },
});

signInRefuses({
  [noAssertion]: {
    'a registration': registration,
    'client data of 10 MB': withResponse(assertion, { clientDataJSON: tenMegabytes }),
    'authenticator data of 10 MB': withResponse(assertion, { authenticatorData: tenMegabytes }),
    'no signature': withResponse(assertion, { signature: undefined }),
    'an empty signature': withResponse(assertion, { signature: '' }),
    'a signature of 10 MB': withResponse(assertion, { signature: tenMegabytes }),
    'a list as user handle': withResponse(assertion, { userHandle: [assertion.response.userHandle] }),
    'a user handle of 65 bytes': withResponse(assertion, { userHandle: isoBase64URL.fromBuffer(filled(65)) }),
  },
  'the user handle is missing': {
    'no user handle': withResponse(assertion, { userHandle: undefined }),
    'a user handle of null': withResponse(assertion, { userHandle: null }),
    'an empty user handle': withResponse(assertion, { userHandle: '' }),
  },
});

describe('what the browser says of a new credential', () => {
  const saying = (clientExtensionResults: unknown) => withOuter(registration, { clientExtensionResults });
  const discoverable = async (answer: object) => (await checkRegistration(answer, expected)).discoverable;

  it.each([true, false])('is taken as it is: discoverable %s', async (rk) => {
    expect(await discoverable(saying({ credProps: { rk } }))).toBe(rk);
  });

  it.each([undefined, null, 'yes', [], {}, { credProps: null }, { credProps: {} }, { credProps: { rk: 1 } }])(
    'is nothing, and no reason to refuse, with %j',
    async (results) => {
      expect(await discoverable(saying(results))).toBeNull();
    },
  );
});

describe('what is sent on', () => {
  const noise = { extra: 1, clientExtensionResults: { credProps: { rk: true }, unknown: [] } };
  const outer = { ...id(registration.id), type: 'public-key', authenticatorAttachment: 'platform' };

  it('has the known members of a registration only', async () => {
    const { credential } = await checkRegistration(withOuter(registration, noise), expected);
    const { clientDataJSON, attestationObject } = registration.response;
    const response = { clientDataJSON, attestationObject, transports: ['internal', 'hybrid'] };
    expect(credential).toEqual({ ...outer, clientExtensionResults: {}, response });
  });

  it('has the known members of an assertion only', async () => {
    const { credential } = await checkAssertion(withOuter(assertion, noise), expected);
    expect(credential).toEqual({ ...outer, clientExtensionResults: {}, response: assertion.response });
  });

  it('leaves out an attachment that is absent or unknown', async () => {
    for (const authenticatorAttachment of [undefined, null, '', 'implant', 7]) {
      const { credential } = await checkAssertion(
        withOuter(assertion, { authenticatorAttachment }),
        expected,
      );
      expect(credential).not.toHaveProperty('authenticatorAttachment');
    }
  });

  it('has unknown transports, but no repeats and nothing that is no word', async () => {
    const answer = withResponse(registration, { transports: ['usb', 'telepathy', 'usb', '<b>', ''] });
    const { credential } = await checkRegistration(answer, expected);
    expect(credential.response.transports).toEqual(['usb', 'telepathy']);
  });

  it.each([undefined, null, '', [], [''], [null]])(
    'has no transports when they are %j',
    async (transports) => {
      const { credential } = await checkRegistration(withResponse(registration, { transports }), expected);
      expect(credential.response).not.toHaveProperty('transports');
    },
  );

  it.each([undefined, null, ''])(
    'is the assertion of whoever was identified before, without a user handle, when that is %j',
    async (userHandle) => {
      const checked = await checkAssertion(withResponse(assertion, { userHandle }), { ...expected, userId });
      expect(checked.userId).toBe(userId);
      expect(checked.credential.response).not.toHaveProperty('userHandle');
    },
  );

  it.each([undefined, null, '', {}])(
    'is the same when extension results and what is read elsewhere are %j',
    async (absent) => {
      const { id, rawId, type } = registration;
      const { clientDataJSON, attestationObject } = registration.response;
      const more = { publicKey: absent, publicKeyAlgorithm: absent, authenticatorData: absent };
      const response = { clientDataJSON, attestationObject, ...more };
      const { credential } = await checkRegistration(
        { id, rawId, type, clientExtensionResults: absent, response },
        expected,
      );
      const bare = { clientDataJSON, attestationObject };
      expect(credential).toEqual({ id, rawId, type, clientExtensionResults: {}, response: bare });
    },
  );
});
