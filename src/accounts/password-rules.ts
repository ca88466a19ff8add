/**
 * What a new password must be like: long enough, and not one that guessing would find early (NIST SP 800-63B-4, section
 * 3.1.1.2). No rules of composition. Knows no account; must not know where passwords are kept.
 */
import type { ZxcvbnResult } from '@zxcvbn-ts/core';
import { brand } from '../brand.ts';
import { normalisedPassword, shortestPassword } from './password.ts';
import { bareForm, comparedForms } from './password-forms.ts';

/**
 * Powers of ten of guesses: what takes fewer is refused. Common passwords, alone, doubled, in pairs or with digits, need
 * at most some 10^9; three words picked at random hardly ever need so few, and four never.
 */
const fewestGuesses = 10;
/** Characters that are looked at: what begins so badly is not saved by its end, and a long one must not cost more. */
const looked = 26;
/** What guessing would begin with, whoever the owner is. */
const product = [brand.slug, brand.name, ...brand.name.split(/[^\p{L}\p{M}\p{N}]+/u)]
  .map(comparable)
  .filter((part) => part.length > 3);

type Guesser = (form: string, names: string[]) => ZxcvbnResult;

let guesser: Promise<Guesser> | undefined;

/**
 * Some fifty thousand common passwords, and those of fifteen characters (common-passwords.md), which nobody needs before
 * the first password is chosen. Look-alikes are spelled out before (password-forms.ts), since the library's own search
 * for them can take a tenth of a second.
 */
async function loadGuesser(): Promise<Guesser> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }, { default: long }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('./common-passwords.json'),
  ]);
  const zxcvbn = new ZxcvbnFactory({
    dictionary: { common: comparedList(dictionary['passwords-common']), long: comparedList(long) },
    graphs: adjacencyGraphs,
    l33tTable: {},
    maxLength: looked,
  });
  return (form, names) => zxcvbn.check(form, names);
}

/** Each once, at its first place: the place says how common it is. */
function comparedList(passwords: readonly string[]): string[] {
  return [...new Set(passwords.map(comparable))];
}

function comparable(text: string): string {
  return bareForm(text).slice(0, looked);
}

/**
 * Why a password cannot be taken, in a sentence for whoever chose it.
 *
 * @param context what must not be most of it: the owner's address and the host of the site
 * @returns null when it is fine
 */
export async function passwordProblem(
  password: string,
  { email, host }: { email: string; host: string },
): Promise<string | null> {
  const text = normalisedPassword(password);
  if (text === null) return 'This password is too long.';
  guesser ??= loadGuesser();
  const guess = await guesser;
  const names = [...product, ...namesIn(email), ...namesIn(host)];
  if ([...text].length < shortestPassword) {
    // Of what is short it goes without saying that it is guessed; that a name is in it would still be wrong when it is longer.
    const hasName = comparedForms(text).some((form) => isNameIn(guess(form, names).sequence));
    const tooShort = `Use at least ${shortestPassword} characters.`;
    return hasName ? `${tooShort} ${noNames}` : tooShort;
  }
  for (const form of comparedForms(text)) {
    const { guessesLog10, sequence } = guess(form, names);
    if (guessesLog10 < fewestGuesses) return reasonOf(sequence);
  }
  return null;
}

/** The whole, its sides and its words; of the top-level domain alone nobody would think. */
function namesIn(name: string): string[] {
  const words = name.split(/[^\p{L}\p{M}\p{N}]+/u).slice(0, -1);
  return [name, ...name.split('@'), ...words].map(comparable).filter((part) => part.length > 2);
}

const noNames = 'Do not use your email address or the name of this site as your password.';

function isNameIn(sequence: ZxcvbnResult['sequence']): boolean {
  return sequence.some(({ dictionaryName }) => dictionaryName === 'userInputs');
}

/** Names first, since only here they are a reason; otherwise what most of it is. */
function reasonOf(sequence: ZxcvbnResult['sequence']): string {
  const { pattern } = sequence.reduce((most, piece) =>
    piece.token.length > most.token.length ? piece : most,
  );
  if (isNameIn(sequence)) return noNames;
  if (pattern === 'repeat')
    return 'This repeats one short piece over and over. Choose something less predictable.';
  if (['sequence', 'spatial', 'date'].includes(pattern))
    return 'This is a sequence that is easy to guess. Choose something less predictable.';
  return 'This is too similar to passwords that many people use. Choose another one.';
}
