import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { register } from '../../support/ceremonies.ts';
import { refused } from '../../support/refusals.ts';
import { formType, jsonType, send, signedInCookie, type Wording } from '../../support/request.ts';

const json = (body: string | Uint8Array, more = {}): Wording => ({ body, headers: { ...jsonType, ...more } });
const start = '{"start":true}';

/** One of each kind; src/web/passkeys/ceremony-request.test.ts has them all. */
const cases: [what: string, status: number, wording: Wording][] = [
  ['malformed JSON', 400, json('{"start":true')],
  ['an array of stages', 400, json('[{"start":true}]')],
  ['both stages', 400, json('{"start":true,"finish":true,"credential":{}}')],
  ['a finish without a credential', 400, json('{"finish":true}')],
  ['more than 64 kB', 413, json(`{"start":true,"more":"${'x'.repeat(66_000)}"}`)],
  ['compressed JSON', 415, json(gzipSync(start), { 'Content-Encoding': 'gzip' })],
  ['JSON as a form', 415, { body: start, headers: formType }],
];

/**
 * Without a challenge of this browser a finish is refused before anything is looked at: what counts for none is in
 * src/passkeys/gate/client-data.test.ts.
 */
const credentials: [what: string, credential: unknown][] = [
  ['an empty object', {}],
  ['NUL bytes', { id: '\0', rawId: '\0', type: 'public-key', response: { clientDataJSON: '\0' } }],
  ['an id of 10 kB', { id: 'A'.repeat(10_000), rawId: 'A'.repeat(10_000), response: {} }],
];

const ceremonies = [paths.passkeyLogin, paths.passkeyRegistration, paths.passkeyReauth];

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

describe.each(ceremonies)('what %s does with bad input', (path) => {
  it('takes the good start that others here are a change of', async () => {
    expect((await send(running, path, { method: 'POST', ...signedIn(json(start)) })).status).toBe(200);
  });

  // They share what reads a request: one shows all that it refuses, the others that they have it, too.
  const isFirst = path === paths.passkeyLogin;

  it.each(isFirst ? cases : cases.slice(-2))('[ASVS 2.2.1] refuses %s', async (_, status, wording) => {
    await refused(running, path, signedIn(wording), status);
  });

  it.each(isFirst ? credentials : credentials.slice(0, 1))(
    'refuses a finish with %s',
    async (_, credential) => {
      const wording = signedIn(json(JSON.stringify({ finish: true, credential })));
      const { text: problem } = await refused(running, path, wording, 409);
      expect(JSON.parse(problem).code).toBe('challenge_expired');
    },
  );

  it('takes no name that it does not know', async () => {
    const answer = await send(running, path, {
      method: 'POST',
      ...signedIn(json('{"start":true,"user_id":"somebody-else","username":"eve"}')),
    });
    expect(answer.text).not.toMatch(/somebody-else|eve"/);
  });
});
