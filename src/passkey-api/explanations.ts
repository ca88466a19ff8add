/**
 * Says in plain words why the API has refused a request, for whoever develops an app: the answers of the contract are
 * short, and some leave out what differs. Judges nothing; looks at what was sent and what was answered.
 */
import {
  decodeAttestationObject,
  isoBase64URL,
  parseAuthenticatorData,
} from '@simplewebauthn/server/helpers';
import { readClientData } from './client-data.ts';
import type { ApiAnswer, ApiRequest } from './exchange.ts';
import type { PasskeyApi, PasskeyApiSettings } from './index.ts';
import { hashRpId } from './settings.ts';
import { hasIdOf16Bytes } from './user-handle.ts';

type Refusal = { request: ApiRequest; body: string; title: string; details: string };
type Expected = Pick<PasskeyApiSettings, 'tenantId' | 'relyingParty'> & { likeHanko: boolean };
type Explain = (refusal: Refusal, expected: Expected) => string;

const verified = 'the device did not verify its user (PIN, finger or face), and this API requires it';
const knownChallenges =
  'the challenge is not open here: it was answered before, its time is over, it was made by another API, or it belongs to another ceremony';

/** By the details of the answer, or by its title where it has none. */
const explanations: Readonly<Record<string, Explain>> = {
  'tenant_id must be a valid uuid4': ({ request }, { tenantId }) =>
    `the address has no tenant id where one must be (${request.path}): PASSKEYS_TENANT_ID is ${tenantId}`,
  'tenant not found': ({ request }, { tenantId }) =>
    `the address names the tenant ${request.path.split('/')[1]}, this API serves ${tenantId}: look at PASSKEYS_TENANT_ID`,
  'api keys needs to be an apiKey Header and 32 byte long': ({ request }) =>
    request.headers.apikey
      ? 'the header apiKey has another key than PASSKEYS_API_KEY'
      : 'the header apiKey is missing; it has PASSKEYS_API_KEY',
  'api key is missing': () =>
    'a sign-in of a certain user is begun with the header apiKey alone, and it is missing',
  'Error validating origin': ({ body }, { relyingParty: { origins } }) =>
    `the passkey was used at ${clientDataOf(body).origin}, this API expects ${origins.join(' or ')}`,
  'Error validating ceremony type': ({ body, request }) =>
    `the answer is one of ${clientDataOf(body).type}, and was sent to ${endOf(request)}`,
  'Error validating the authenticator response': ({ body, title }, { relyingParty: { id } }) => {
    if (title.includes('User verification')) return verified;
    const { rpIdHash, flags } = authenticatorDataOf(body);
    if (!hashRpId(id).equals(rpIdHash)) return `the passkey belongs to another host than ${id}`;
    return flags.up ? verified : 'nobody has touched the device';
  },
  'received challenge does not match with any stored one': () => knownChallenges,
  'Session has Expired': () => 'the challenge is older than its timeout: begin again',
  'Unable to find the credential for the returned credential ID': () =>
    'the user of the answer has no passkey with this id here: it was deleted, or made with another tenant',
  'user not found': ({ request, body }, { likeHanko }) => {
    if (request.path.endsWith('/mfa/login/finalize'))
      return 'the challenge is of a sign-in that names nobody: a second factor is begun with mfa/login/initialize';
    return likeHanko && hasIdOf16Bytes(body)
      ? 'the id of the user has exactly 16 bytes: a Hanko server takes that for a binary UUID and finds nobody, so give users ids of another length'
      : 'this API knows no user with this id: nobody has begun to create a passkey for them';
  },
  'User does not own the credential returned': () =>
    'the sign-in was begun for one user, and answered with a passkey of another',
  'User does not own all credentials from the allowedCredentialList': () =>
    'a passkey that was offered at the start has been deleted since',
  'Error validating the assertion signature: <nil>': () =>
    'the signature does not fit the passkey: something was changed on the way',
  'The signature counter did not grow': () =>
    'the counter of the device went back, as it does when a passkey was copied, or when an answer is sent again',
  'credential already exists': () => 'a passkey with this id is here already',
  'failed to create webauthn assertion options for login: Found no credentials for user': () =>
    'this user has no passkey yet',
  'Not Found': ({ request }) => `there is no ${request.method} ${request.path}`,
};

/** A request that was answered. */
export type Heard = {
  method: string;
  /** What the path says after the tenant. */
  end: string;
  /** `''` where nobody read it. */
  body: string;
  answer: ApiAnswer;
  /** Null where nothing was refused. */
  explanation: string | null;
};

/** As a line for a window or a log. */
export function sentenceOf({ method, end, answer, explanation }: Heard): string {
  return `${method} ${end} is refused with ${answer.status}: ${explanation}.`;
}

/**
 * @param hear told of each request
 * @param inAnswer whether the answer has it as well, as the member `explanation`, which Hanko's answers do not have
 */
export function explaining(
  api: PasskeyApi,
  expected: Expected,
  { hear, inAnswer }: { hear: (heard: Heard) => void; inAnswer: boolean },
): PasskeyApi {
  return {
    ...api,
    async answer(request) {
      let body = '';
      const text = async () => {
        body = await request.text();
        return body;
      };
      const answer = await api.answer({ ...request, text });
      const explanation = answer.status < 400 ? null : explanationOf(request, body, answer, expected);
      hear({ method: request.method, end: endOf(request), body, answer, explanation });
      return explanation !== null && inAnswer ? withExplanation(answer, explanation) : answer;
    },
  };
}

function explanationOf(request: ApiRequest, body: string, answer: ApiAnswer, expected: Expected): string {
  const { title = '', details = '' } = JSON.parse(answer.body);
  const explain = explanations[details] ?? explanations[title];
  const contract = [title, details]
    .filter((part) => part !== '')
    .join(': ')
    .trim();
  try {
    if (mistyped.test(details)) return ofAnotherType(details, body);
    return explain?.({ request, body, title, details }, expected) ?? contract;
  } catch {
    return contract;
  }
}

const mistyped = /^Unmarshal type error: field=(\w+)$/;

/** The usual case is an id that is a number in the app. */
function ofAnotherType(details: string, body: string): string {
  const name = mistyped.exec(details)?.[1] ?? '';
  const [, sent] = Object.entries(JSON.parse(body)).find(([key]) => key.toLowerCase() === name) ?? [];
  const kind = sent === null || Array.isArray(sent) ? 'another value' : `a value of the type ${typeof sent}`;
  const hint = name === 'user_id' && typeof sent === 'number' ? ': send String(user.id)' : '';
  return `${name} must be a string, and was sent as ${kind}${hint}`;
}

function withExplanation(answer: ApiAnswer, explanation: string): ApiAnswer {
  return { ...answer, body: `${JSON.stringify({ ...JSON.parse(answer.body), explanation })}\n` };
}

/** What the path says after the tenant. */
function endOf({ path }: ApiRequest): string {
  return path.replace(/^\/[^/]*/, '') || path;
}

const responseOf = (body: string): Record<string, string> => JSON.parse(body).response;
const clientDataOf = (body: string) => readClientData(responseOf(body).clientDataJSON ?? '');

function authenticatorDataOf(body: string) {
  const { authenticatorData, attestationObject = '' } = responseOf(body);
  return parseAuthenticatorData(
    authenticatorData
      ? isoBase64URL.toBuffer(authenticatorData)
      : decodeAttestationObject(isoBase64URL.toBuffer(attestationObject)).get('authData'),
  );
}
