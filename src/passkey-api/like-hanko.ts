/**
 * The API as a Hanko server is where that is more dangerous than ours, for development alone: so that a learner's mistakes
 * show. Composed of the same parts; must not make them laxer for anybody else.
 */
import { type ApiAnswer, type ApiRequest, json } from './exchange.ts';
import { createPasskeyApi, type PasskeyApi, type PasskeyApiParts } from './index.ts';
import { hasIdOf16Bytes } from './user-handle.ts';

/** Milliseconds for which the challenge of a sign-in can still be answered, whatever its options promise. */
const outliving = 24 * 60 * 60_000;

/** Milliseconds in which finishes with one answer come at once; later ones are replays. */
const atOnce = 100;

/**
 * Differs from the API in this: finishes that come at once with one answer all succeed and get the same token; what begins a
 * sign-in without naming a user never expires within a day; a challenge for a second factor is taken for an ordinary one, and
 * the other way round; a user id of 16 bytes is not found at a sign-in; a credential that is there already is a fault (500)
 * without details.
 */
export function createLikeHanko(parts: PasskeyApiParts): PasskeyApi {
  const strict = createPasskeyApi(parts);
  const lasting = createPasskeyApi({ ...parts, settings: { ...parts.settings, timeout: outliving } });
  const promised = parts.settings.timeout ?? 300_000;
  const running = new Map<string, Promise<ApiAnswer>>();

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
    const answer = running.get(body) ?? ofEitherKind(again);
    running.set(body, answer);
    const { status } = await answer.finally(() => setTimeout(() => running.delete(body), atOnce).unref());
    return status === 409 ? json({ title: 'Internal Server Error', status: 500 }, {}, 500) : answer;
  }

  /** Its challenges do not say whether they were made for a second factor. */
  async function ofEitherKind(request: ApiRequest): Promise<ApiAnswer> {
    const answer = await strict.answer(request);
    if (!answer.body.includes('received challenge does not match')) return answer;
    const headers = { ...request.headers, apikey: parts.settings.apiKey };
    const other = await strict.answer({ ...request, path: otherKind(request.path), headers });
    return other.status === 200 ? other : answer;
  }

  return {
    ...strict,
    answer(request) {
      if (request.path.endsWith('/login/initialize')) return begin(request);
      return request.path.endsWith('/finalize') ? finish(request) : strict.answer(request);
    },
  };
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

function handleUnknown(): ApiAnswer {
  return json({ title: 'failed to get user handle', details: 'user not found', status: 401 }, {}, 401);
}
