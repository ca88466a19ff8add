/**
 * The API as a Hanko server is where that is more dangerous than ours, for development alone: so that a learner's mistakes
 * show. Composed of the same parts; must not make them laxer for anybody else.
 */
import { readFields } from './body.ts';
import { type Challenge, consumeChallenge, findChallenge, insertChallenge } from './challenge-store.ts';
import { readClientData } from './client-data.ts';
import { forgetCounter } from './credential-store.ts';
import { type ApiAnswer, type ApiRequest, json } from './exchange.ts';
import { createPasskeyApi, type PasskeyApi, type PasskeyApiParts } from './index.ts';
import { hasIdOf16Bytes } from './user-handle.ts';

/** Milliseconds for which the challenge of a sign-in can still be answered, whatever its options promise. */
const outliving = 24 * 60 * 60_000;

/** Milliseconds after a finish in which others of its challenge have come at once; later ones are replays. */
const atOnce = 100;

/**
 * Differs from the API in this: of finishes that come at once for one challenge each succeeds, with one answer or several;
 * what begins a sign-in without naming a user never expires within a day; a challenge for a second factor is taken for an
 * ordinary one, and the other way round; no counter is kept; a body that names a credential goes before the path; a user id
 * of 16 bytes is not found at a sign-in; a credential that is there already is a fault (500) without details.
 */
export function createLikeHanko(parts: PasskeyApiParts): PasskeyApi {
  const strict = createPasskeyApi(parts);
  const lasting = createPasskeyApi({ ...parts, settings: { ...parts.settings, timeout: outliving } });
  const promised = parts.settings.timeout ?? 300_000;
  const scope = { db: parts.db, tenantId: parts.settings.tenantId };
  const turns = new Map<string, Promise<ApiAnswer>>();
  const answered = new Map<string, { kept: Challenge; at: number }>();

  /** What anybody may begin. What is begun for a user expires there, too. */
  async function begin(request: ApiRequest): Promise<ApiAnswer> {
    const { body, again } = await read(request);
    const isForAnybody = !/"user_id"/i.test(body);
    const answer = await (isForAnybody ? lasting : strict).answer(again);
    return { ...answer, body: answer.body.replace(`"timeout":${outliving}`, `"timeout":${promised}`) };
  }

  async function finish(request: ApiRequest): Promise<ApiAnswer> {
    const { body, again } = await read(request);
    if (/^\/[^/]+\/login\/finalize$/.test(request.path) && hasIdOf16Bytes(body)) return handleUnknown();
    const { challenge, rawId } = namesIn(body);
    if (rawId) await forgetCounter(scope, rawId);
    const answer = await inTurn(again, challenge);
    return answer.status === 409 ? fault() : answer;
  }

  /** One finish of a challenge after the other, so that each finds it open. */
  function inTurn(request: ApiRequest, challenge: string): Promise<ApiAnswer> {
    const arrived = Date.now();
    const next = () => asIfAlone(request, challenge, arrived);
    const turn = (turns.get(challenge) ?? Promise.resolve()).then(next, next);
    turns.set(challenge, turn);
    const forget = () => turns.get(challenge) === turn && turns.delete(challenge);
    turn.then(forget, forget);
    return turn;
  }

  /** What was answered while this finish was on its way is open for it. */
  async function asIfAlone(request: ApiRequest, challenge: string, arrived: number): Promise<ApiAnswer> {
    for (const [old, { at }] of answered) if (at + atOnce < arrived) answered.delete(old);
    const before = answered.get(challenge);
    if (before) await insertChallenge(scope, challenge, withoutName(before.kept));
    const kept = before?.kept ?? (await findChallenge(scope, challenge, ...ofCeremonies));
    const answer = await ofEitherKind(request);
    if (answer.status === 200 && kept) answered.set(challenge, { kept, at: before?.at ?? Date.now() });
    else if (before) await consumeChallenge(scope, challenge);
    return answer;
  }

  /** Its challenges do not say whether they were made for a second factor. */
  async function ofEitherKind(request: ApiRequest): Promise<ApiAnswer> {
    const answer = await strict.answer(request);
    if (!answer.body.includes('received challenge does not match')) return answer;
    const headers = { ...request.headers, apikey: parts.settings.apiKey };
    const other = await strict.answer({ ...request, path: otherKind(request.path), headers });
    return other.status === 200 ? other : answer;
  }

  /** Renames or deletes what the body names, whatever the path says. */
  async function change(request: ApiRequest): Promise<ApiAnswer> {
    const { again } = await read(request);
    const { credentialid: named } = await readFields(again).catch(() => ({ credentialid: undefined }));
    const path = typeof named === 'string' ? request.path.replace(/[^/]*$/, named) : request.path;
    return strict.answer({ ...again, path });
  }

  function answer(request: ApiRequest): Promise<ApiAnswer> {
    if (request.path.endsWith('/login/initialize')) return begin(request);
    if (request.path.endsWith('/finalize')) return finish(request);
    return ['PATCH', 'DELETE'].includes(request.method) ? change(request) : strict.answer(request);
  }

  return { ...strict, answer: (request) => answer(request).catch(fault) };
}

const ofCeremonies = ['registration', 'authentication', 'mfa_registration', 'mfa_login'] as const;

const withoutName = ({ transactionId: _, ...challenge }: Challenge) => challenge;

/** What a finish is about; `''` for what cannot be read, which the API refuses. */
function namesIn(body: string): { challenge: string; rawId: string } {
  try {
    const { rawId, response } = JSON.parse(body);
    return { challenge: readClientData(response.clientDataJSON).challenge, rawId: String(rawId ?? '') };
  } catch {
    return { challenge: '', rawId: '' };
  }
}

function otherKind(path: string): string {
  return path.includes('/mfa/')
    ? path.replace('/mfa/', '/')
    : path.replace(/\/(\w+)\/finalize$/, '/mfa/$1/finalize');
}

/** A body that breaks off, or is too large, is refused by the API when it reads again. */
async function read(request: ApiRequest) {
  const reading = request.text();
  return { body: await reading.catch(() => ''), again: { ...request, text: () => reading } };
}

function fault(): ApiAnswer {
  return json({ title: 'Internal Server Error', status: 500 }, {}, 500);
}

function handleUnknown(): ApiAnswer {
  return json({ title: 'failed to get user handle', details: 'user not found', status: 401 }, {}, 401);
}
