/**
 * The client data: what the browser says it signed for. Parsed strictly, because two readers that understand the
 * same bytes differently are how a check is passed by. Must not know which ceremony is expected.
 */
import { decodeBase64url } from './base64url.ts';
import { demand, orRefuse } from './gate-refusal.ts';
import { longestClientData } from './posted-credential.ts';

/** The members every client data must have (WebAuthn Level 3, section 5.8.1), and whether it speaks of embedding. */
export type ClientData = { type: string; challenge: string; origin: string; embedded: boolean };

/**
 * @param encoded base64url of the client data; unknown members are tolerated, a leading byte order mark is stripped
 * @throws {GateRefusal} when it is not one JSON object in strict UTF-8 with distinct member names, or lacks a member
 */
export function parseClientData(encoded: string): ClientData {
  const bytes = decodeBase64url(encoded);
  const { text, value } = orRefuse('the client data is not JSON in UTF-8', () => {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { text, value: JSON.parse(text) as unknown };
  });
  demand(isObject(value), 'the client data is not an object');
  demand(countMemberNames(text) === Object.keys(value).length, 'the client data repeats a member');
  return {
    type: ownText(value, 'type'),
    challenge: ownText(value, 'challenge'),
    origin: ownText(value, 'origin'),
    embedded:
      Object.hasOwn(value, 'topOrigin') ||
      (Object.hasOwn(value, 'crossOrigin') && value.crossOrigin !== false),
  };
}

/**
 * The challenge text inside a posted credential, read before anything else is judged. Lenient on purpose: it only
 * says which ticket is being spent, and a malformed answer must spend its ticket too.
 * @returns null when there is none; never throws
 */
export function readChallenge(credential: unknown): string | null {
  try {
    const { clientDataJSON } = (credential as { response: { clientDataJSON: unknown } }).response;
    if (typeof clientDataJSON !== 'string' || clientDataJSON.length > 2 * longestClientData) return null;
    const value: unknown = JSON.parse(new TextDecoder().decode(Buffer.from(clientDataJSON, 'base64url')));
    return isObject(value) ? ownText(value, 'challenge') : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ownText(value: Record<string, unknown>, name: string): string {
  const text = Object.hasOwn(value, name) ? value[name] : undefined;
  demand(typeof text === 'string', 'the client data lacks a member');
  return text;
}

/**
 * How many members the outermost object has as written. JSON.parse keeps the last of several equal names, however
 * they are escaped, so a repeated name shows as a difference to the parsed object's keys.
 * @param text valid JSON
 */
function countMemberNames(text: string): number {
  let depth = 0;
  let names = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (token === ':' && depth === 1) names += 1;
  }
  return names;
}
