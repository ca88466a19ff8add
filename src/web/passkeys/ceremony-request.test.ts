/** Every body that says neither stage of a ceremony; the routes are asked with some of them. */
import { gzipSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anywhere, type RunningMiddleware, startMiddleware } from '../../../test/support/middleware.ts';
import { formType, jsonType, send, type Wording } from '../../../test/support/request.ts';
import { body } from '../middleware/body.ts';
import { type CeremonyRequest, parseCeremony } from './ceremony-request.ts';

let running: RunningMiddleware;
let taken: CeremonyRequest[] = [];

beforeAll(async () => {
  running = await startMiddleware(body(), async (ctx) => {
    taken.push(parseCeremony(ctx));
    ctx.body = '';
  });
  return () => running.close();
});
beforeEach(() => {
  taken = [];
});

const post = (wording: Wording) => send(running, anywhere, { method: 'POST', ...wording });
const json = (text: string | Uint8Array, more = {}): Wording => ({
  body: text,
  headers: { ...jsonType, ...more },
});
const plain = (text: string, type: string): Wording => ({ body: text, headers: { 'Content-Type': type } });
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const start = '{"start":true}';
const plainStart = { stage: 'start', conditional: false, hint: undefined };
const plainFinish = { stage: 'finish', credential: {}, returnTo: undefined };

describe('a ceremony', () => {
  it.each<[string, object]>([
    [start, { stage: 'start', conditional: false, hint: undefined }],
    ['{"start":true,"conditional":true}', { stage: 'start', conditional: true, hint: undefined }],
    ['{"start":true,"hint":"security-key"}', { stage: 'start', conditional: false, hint: 'security-key' }],
    ['{"finish":true,"credential":{"id":"x"}}', { stage: 'finish', credential: { id: 'x' } }],
    ['{"finish":true,"options":{},"return_to":"/x"}', { stage: 'finish', credential: {}, returnTo: '/x' }],
    [`{"finish":true,"credential":${nested(30)}}`, { stage: 'finish', credential: JSON.parse(nested(30)) }],
    // What is empty or null is absent.
    ['{"start":true,"hint":null,"conditional":null,"return_to":null}', plainStart],
    ['{"start":true,"hint":"","conditional":"","finish":""}', plainStart],
    ['{"start":true,"finish":null,"credential":null,"options":null}', plainStart],
    ['{"finish":true,"start":null,"credential":{},"return_to":null}', plainFinish],
    ['{"finish":true,"credential":"","options":{},"return_to":""}', plainFinish],
    ['{"start":true,"user_id":"x"}', { stage: 'start', conditional: false, hint: undefined }],
  ])('has the stage that is posted, and nothing else of it: %s', async (text, stage) => {
    expect((await post(json(text))).status).toBe(200);
    expect(taken).toEqual([stage]);
  });

  it.each<[what: string, status: number, wording: Wording]>([
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
    ['a stage that is empty', 400, json('{"start":""}')],
    ['a stage that is false', 400, json('{"start":false}')],
    ['a stage in words', 400, json('{"start":"true"}')],
    ['both stages', 400, json('{"start":true,"finish":true,"credential":{}}')],
    ['both stages, one of them false', 400, json('{"start":true,"finish":false}')],
    ['a place that there is not', 400, json('{"start":true,"hint":"cloud"}')],
    ['places in a list', 400, json('{"start":true,"hint":["security-key"]}')],
    ['a start that is conditional in words', 400, json('{"start":true,"conditional":"true"}')],
    ['a start that is not conditional', 400, json('{"start":true,"conditional":false}')],
    ['a place to return to that is a list', 400, json('{"start":true,"return_to":["/x"]}')],
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
    ['JSON as plain text', 415, plain(start, 'text/plain')],
    ['JSON as a form', 415, { body: start, headers: formType }],
    ['a form', 415, { body: 'start=true', headers: formType }],
    ['a multipart form', 415, plain('--b\r\n\r\n--b--\r\n', 'multipart/form-data; boundary=b')],
    ['another kind of JSON', 415, plain(start, 'application/vnd.api+json')],
    ['no content type', 415, { body: start }],
    ['no body at all', 415, {}],
  ])('[ASVS 2.2.1, 2.2.2, 2.2.3] is not what comes as %s', async (_, status, wording) => {
    const answer = await post(wording);
    expect([answer.status, JSON.parse(answer.text).status]).toEqual([status, status]);
    expect(taken).toEqual([]);
  });
});
