import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../../src/web/paths.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { register } from '../../support/ceremonies.ts';
import { refused } from '../../support/refusals.ts';
import { formType, jsonType, send, signedInCookie, type Wording } from '../../support/request.ts';

const json = (body: string | Uint8Array, more = {}): Wording => ({ body, headers: { ...jsonType, ...more } });
const text = (body: string, type: string): Wording => ({ body, headers: { 'Content-Type': type } });
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const start = '{"start":true}';

const cases: [what: string, status: number, wording: Wording][] = [
  ['malformed JSON', 400, json('{"start":true')],
  ['JSON with a comment', 400, json('{"start":true}//')],
  ['an empty body', 400, json('')],
  ['null', 400, json('null')],
  ['an array', 400, json('[]')],
  ['an array of stages', 400, json('[{"start":true}]')],
  ['a number', 400, json('1')],
  ['a string', 400, json('"start"')],
  ['true', 400, json('true')],
  ['neither stage', 400, json('{}')],
  ['a stage that is null', 400, json('{"start":null}')],
  ['a stage that is false', 400, json('{"start":false}')],
  ['a stage in words', 400, json('{"start":"true"}')],
  ['both stages', 400, json('{"start":true,"finish":true,"credential":{}}')],
  ['both stages, one of them false', 400, json('{"start":true,"finish":false}')],
  ['a place that there is not', 400, json('{"start":true,"hint":"cloud"}')],
  ['places in a list', 400, json('{"start":true,"hint":["security-key"]}')],
  ['a place of null', 400, json('{"start":true,"hint":null}')],
  ['a start that is conditional in words', 400, json('{"start":true,"conditional":"true"}')],
  ['a start that is not conditional', 400, json('{"start":true,"conditional":false}')],
  ['a finish without a credential', 400, json('{"finish":true}')],
  ['a finish with null', 400, json('{"finish":true,"credential":null}')],
  ['a finish with a string', 400, json('{"finish":true,"credential":"x"}')],
  ['[ASVS 15.3.6] a prototype', 400, json('{"__proto__":{"start":true}}')],
  ['a prototype beside the stage', 400, json('{"start":true,"__proto__":{"x":1}}')],
  ['a constructor instead of a stage', 400, json('{"constructor":{"prototype":{"start":true}}}')],
  ['a credential that is nested 40 deep', 400, json(`{"finish":true,"credential":${nested(40)}}`)],
  ['a credential that is nested 9,000 deep', 400, json(`{"finish":true,"credential":${nested(9_000)}}`)],
  ['more than 64 kB', 413, json(`{"start":true,"more":"${'x'.repeat(66_000)}"}`)],
  [
    'bytes that are not UTF-8',
    400,
    json(Buffer.from([...Buffer.from('{"start":true,"x":"'), 0xff, 0x22, 0x7d])),
  ],
  [
    'UTF-16',
    400,
    json(Buffer.from(start, 'utf16le'), { 'Content-Type': 'application/json; charset=utf-16le' }),
  ],
  ['compressed JSON', 415, json(gzipSync(start), { 'Content-Encoding': 'gzip' })],
  ['JSON as plain text', 415, text(start, 'text/plain')],
  ['JSON as a form', 415, { body: start, headers: formType }],
  ['a form', 415, { body: 'start=true', headers: formType }],
  ['a multipart form', 415, text('--b\r\n\r\n--b--\r\n', 'multipart/form-data; boundary=b')],
  ['another kind of JSON', 415, text(start, 'application/vnd.api+json')],
  ['no content type', 415, { body: start }],
  ['no body at all', 415, {}],
];

/** Whatever a finish carries: without a challenge of this browser it is refused before anything is looked at. */
const credentials: [what: string, credential: unknown][] = [
  ['an empty object', {}],
  ['an array', [1, 2, 3]],
  ['members of other types', { id: 1, rawId: [], type: {}, response: 'x', clientExtensionResults: null }],
  ['clientDataJSON of another type', { response: { clientDataJSON: { toString: 'x' } } }],
  ['NUL bytes', { id: '\0', rawId: '\0', type: 'public-key', response: { clientDataJSON: '\0' } }],
  ['half a surrogate pair', { id: '\ud800', response: { clientDataJSON: '\udfff' } }],
  ['an id of 10 kB', { id: 'A'.repeat(10_000), rawId: 'A'.repeat(10_000), response: {} }],
  ['client data that is null', { response: { clientDataJSON: Buffer.from('null').toString('base64url') } }],
  [
    'a challenge that is a list',
    { response: { clientDataJSON: Buffer.from('{"challenge":["x"]}').toString('base64url') } },
  ],
  ['a thousand members', Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`m${i}`, i]))],
];

const ceremonies = [paths.passkeyLogin, paths.passkeyRegistration, paths.passkeyReauth];

describe.each(ceremonies)('what %s does with bad input', (path) => {
  let running: TestApp;
  let cookie: string;
  beforeAll(async () => {
    running = await startApp();
    cookie = await signedInCookie(running);
    // A step-up has nothing to offer to somebody without a passkey.
    await register(running, cookie, createAuthenticator());
  });
  afterAll(() => running.close());

  const signedIn = (wording: Wording): Wording => ({
    ...wording,
    headers: { ...wording.headers, Cookie: cookie },
  });

  it('takes the good start that others here are a change of', async () => {
    expect((await send(running, path, { method: 'POST', ...signedIn(json(start)) })).status).toBe(200);
  });

  it.each(cases)('[ASVS 2.2.1] refuses %s', async (_, status, wording) => {
    await refused(running, path, signedIn(wording), status);
  });

  it.each(credentials)('refuses a finish with %s', async (_, credential) => {
    const wording = signedIn(json(JSON.stringify({ finish: true, credential })));
    const { text: problem } = await refused(running, path, wording, 409);
    expect(JSON.parse(problem).code).toBe('challenge_expired');
  });

  it('takes no return_to of another type, and no name that it does not know', async () => {
    await refused(running, path, signedIn(json('{"start":true,"return_to":["/x"]}')), 400);
    const answer = await send(running, path, {
      method: 'POST',
      ...signedIn(json('{"start":true,"user_id":"somebody-else","username":"eve"}')),
    });
    expect(answer.text).not.toMatch(/somebody-else|eve"/);
  });
});
