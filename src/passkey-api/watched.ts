/**
 * Ceremonies as the API sees them from the app that asks it, for whoever watches: what was begun, and how each finish ended.
 * Must not know who watches, nor why something was refused.
 */
import type { Heard } from './explanations.ts';

type Purpose = 'register' | 'sign-in' | 'second factor' | 'second factor registration';

type Claims = Record<string, unknown>;

/** The same for whoever watches a ceremony from the side of the app. */
export type Moment =
  | { stage: 'start'; purpose: Purpose; options: { publicKey: object } }
  | { stage: 'finish'; purpose: Purpose; credential: unknown; claims: Claims | null; outcome: string };

const purposes: Readonly<Record<string, Purpose>> = {
  '/registration': 'register',
  '/login': 'sign-in',
  '/mfa/registration': 'second factor registration',
  '/mfa/login': 'second factor',
};

/** What a request to the API was, or null where it began and ended no ceremony. */
export function momentOf({ end, body, answer, explanation }: Heard): Moment | null {
  const [, ceremony = '', stage] = /^(.*)\/(initialize|finalize)$/.exec(end) ?? [];
  const purpose = purposes[ceremony];
  if (!purpose) return null;
  if (stage === 'initialize')
    return explanation === null ? { stage: 'start', purpose, options: JSON.parse(answer.body) } : null;
  const claims = explanation === null ? claimsIn(JSON.parse(answer.body).token) : null;
  return { stage: 'finish', purpose, credential: posted(body), claims, outcome: explanation ?? 'accepted' };
}

/** Of a token that this API has just made. */
function claimsIn(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

function posted(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
