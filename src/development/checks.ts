/**
 * The checks that a finish goes through, in their order: which of them passed, which refused, and the file in which it
 * stands. Looks for the words of a refusal among the sources, which development has; judges nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export type Check = { what: string; verdict: string; tone: 'passed' | 'refused' | ''; file: string };

/** The reasons of a refusal, by their words. @returns the file below the project that has them, or null */
export type FileOf = (reason: string) => string | null;

type Stage = { what: string; file: string; refuses: (outcome: string, file: string) => boolean };

const below = (place: string) => (_: string, file: string) => file.startsWith(place);

const stages: readonly Stage[] = [
  {
    what: 'Ticket: this browser was given this challenge, for this purpose and person, and uses it for the first time',
    file: 'src/passkeys/tickets.ts',
    refuses: (outcome, file) => outcome === 'challenge_expired' || file === 'src/passkeys/tickets.ts',
  },
  {
    what: 'Gate: all that can be read from the answer itself, step by step as in the tables',
    file: 'src/passkeys/gate/gate.ts',
    refuses: below('src/passkeys/gate/'),
  },
  {
    what: 'Records: whether the account has, or may have, this passkey',
    file: 'src/passkeys/passkey-state.ts',
    refuses: (outcome, file) =>
      /^[a-z]+(_[a-z]+)+$/.test(outcome) || (file !== '' && !file.startsWith('src/passkeys/hanko/')),
  },
  {
    what: 'Passkey API: the challenge is one of its own, and the signature is that of the key that it keeps',
    file: 'src/passkeys/hanko/hanko.ts',
    refuses: (outcome) => /^api \d/.test(outcome),
  },
  {
    what: 'Token: signed by the API a moment ago, about this passkey and this person',
    file: 'src/passkeys/hanko/token.ts',
    refuses: (outcome, file) => outcome.startsWith('ERR_') || file === 'src/passkeys/hanko/token.ts',
  },
];

/** @param outcome `accepted`, or why not, as observers are told */
export function checksOf(outcome: string, fileOf: FileOf): Check[] {
  // What is no refusal: the service or the server has failed.
  const found = outcome === 'fault' ? '' : (fileOf(outcome) ?? '');
  const refusing = stages.findIndex(({ refuses }) => refuses(outcome, found));
  return stages.map(({ what, file }, at): Check => {
    if (outcome === 'accepted' || at < refusing) return { what, verdict: 'passed', tone: 'passed', file };
    if (refusing === -1) return { what, verdict: `not known: ${outcome}`, tone: '', file };
    if (at > refusing) return { what, verdict: 'not reached', tone: '', file };
    const place = outcome === 'challenge_expired' ? file : found || file;
    return { what, verdict: `refused: ${outcome}`, tone: 'refused', file: place };
  });
}

/** @param root the project directory. @returns knows the sources as they are now; finds nothing where there are none */
export function readSources(root: string): FileOf {
  const directory = 'src/passkeys';
  const files = namesIn(path.join(root, directory))
    // refusals.ts names what others throw.
    .filter((name) => /(?<!\.test|^refusals)\.ts$/.test(name))
    .map((name) => path.posix.join(directory, name.replaceAll(path.sep, '/')));
  const texts = files.map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));
  return (reason) => texts.find(({ text }) => text.includes(`'${reason}'`))?.file ?? null;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}
