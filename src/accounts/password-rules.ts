/**
 * What a new password must be like: long enough, and not one that guessing would find early (NIST SP 800-63B-4, section
 * 3.1.1.2). No rules of composition. Knows no account; must not know where passwords are kept.
 */
import type { ZxcvbnResult } from '@zxcvbn-ts/core';
import { normalisedPassword, shortestPassword } from './password.ts';

/**
 * Powers of ten of guesses: what takes fewer is refused. Common passwords, alone, doubled, in pairs or with digits, need
 * some 10^8, four words picked at random 10^15.
 */
const fewestGuesses = 10;
/** Characters that are looked at: what begins so badly is not saved by its end, and a long one must not cost more. */
const looked = 40;
/** Too well known for what they are, and the name of this site. */
const ours = [
  'correcthorsebatterystaple',
  'correct-horse-battery-staple',
  'correct horse battery staple',
  'latchkey',
];

type Guesser = (password: string, inputs: string[]) => ZxcvbnResult;

let guesser: Promise<Guesser> | undefined;

/** Some fifty thousand common passwords, which nobody needs before the first password is chosen. */
async function loadGuesser(): Promise<Guesser> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  const options = { dictionary: { ...dictionary, ours }, graphs: adjacencyGraphs, maxLength: looked };
  const zxcvbn = new ZxcvbnFactory(options);
  return (password, inputs) => zxcvbn.check(password, inputs);
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
  if ([...text].length < shortestPassword) return `Use at least ${shortestPassword} characters.`;
  guesser ??= loadGuesser();
  const guess = await guesser;
  const { guessesLog10, sequence } = guess(text, [...partsOf(email), ...partsOf(host)]);
  return guessesLog10 < fewestGuesses ? reasonOf(sequence) : null;
}

function partsOf(name: string): string[] {
  return [name, ...name.split(/[^\p{L}\p{N}]+/u)].filter((part) => part.length > 2);
}

function reasonOf(sequence: ZxcvbnResult['sequence']): string {
  const isOurs = sequence.some(
    ({ dictionaryName }) => dictionaryName === 'userInputs' || dictionaryName === 'ours',
  );
  if (isOurs) return 'This is too close to your email address or the name of this site.';
  const patterns = new Set(sequence.map(({ pattern }) => pattern));
  if (patterns.has('repeat')) return 'This repeats one piece over and over, which is easy to guess.';
  if (patterns.has('sequence') || patterns.has('spatial'))
    return 'This has a row of keys or characters in it, which is easy to guess.';
  return 'This is made of passwords that many people use. Choose something that only you would think of.';
}
