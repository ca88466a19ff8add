/**
 * The API for whoever develops an app and learns: it says why it refuses, behaves as a Hanko server may when that is asked
 * for, and has bad days on demand. Must not be served in production.
 */
import { explaining, type Heard, sentenceOf } from './explanations.ts';
import { createPasskeyApi, type PasskeyApi, type PasskeyApiParts } from './index.ts';
import { createLikeHanko } from './like-hanko.ts';
import { type Trouble, troubles } from './troubles.ts';
import { type Moment, momentOf } from './watched.ts';

type Behaviour = { likeHanko: boolean };

/**
 * @param tell told in one sentence why a request was refused
 * @param observe told of the start and the end of each ceremony
 */
export function createLearnersApi(
  parts: PasskeyApiParts,
  { likeHanko }: Behaviour,
  tell: (sentence: string) => void,
  observe: (moment: Moment) => void = () => {},
): PasskeyApi {
  const api = likeHanko ? createLikeHanko(parts) : createPasskeyApi(parts);
  // Hanko's answers explain nothing, and an app must do without.
  return explaining(api, { ...parts.settings, likeHanko }, { hear, inAnswer: !likeHanko });

  function hear(heard: Heard): void {
    if (heard.explanation !== null) tell(sentenceOf(heard));
    const moment = momentOf(heard);
    if (moment) observe(moment);
  }
}

const ofHanko = `It behaves as a Hanko server may:
- Of finishes that come at once for one challenge, each gets a token, and each new passkey is kept.
- The challenge of a sign-in works after its time.
- The challenge of a second factor works for a sign-in, and the other way round.
- A counter of a device that goes back, as that of a copy does, is taken.
- A rename or a deletion is of the passkey that the body names as CredentialId, whatever the path says.
- Whoever has an id of exactly 16 bytes cannot sign in.
- A passkey that is there already is an error (500) without a reason.

`;

/** What is served, and what can be made of it while it is. */
export function whatToType({ likeHanko }: Behaviour): string {
  return `It is for development alone. ${likeHanko ? ofHanko : ''}Type hang, empty or well, and Enter: it never answers, fails with an empty answer, or works.`;
}

/** @returns what to say of it */
export function makeTrouble(word: string, make: (trouble: Trouble) => void): string {
  const found = Object.entries(troubles).find(([name]) => name === word.trim());
  if (!found) return `Not understood: ${word}. There are: ${Object.keys(troubles).join(', ')}.`;
  const [name, trouble] = found;
  make(trouble);
  return `From now on: ${name}.`;
}
