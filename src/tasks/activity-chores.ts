/** What an operator does with what was signed: verify it. Prints what was found. */
import { pseudonym } from '../logger.ts';
import type { KeptRecord, Passkeys } from '../passkeys/passkeys.ts';
import { type Streams, say } from './chore.ts';
import type { Workplace } from './workplace.ts';

/** What can be found of a record, and how it is counted. */
const findings = {
  good: 'good',
  elsewhere: 'signed at another site',
  unknownKey: 'with a key that the account does not have',
  uncomparedKey: 'with a key that was not compared',
  changed: 'changed',
};

type Finding = keyof typeof findings;

/**
 * Verifies every signed act that is kept, by its record alone. What the record cannot say is compared with what is known
 * besides: the address of this site, and the public keys that the passkey API has of the account.
 *
 * @returns 1 when one is not what was signed
 */
export async function verifyActivity({ config, passkeys }: Workplace, streams: Streams): Promise<number> {
  const counts = { good: 0, elsewhere: 0, unknownKey: 0, uncomparedKey: 0, changed: 0 };
  const keysOf = createKeyReader(passkeys);
  for await (const { record, origin } of passkeys.signedActs()) {
    const found = await findingOf(record, origin);
    counts[found]++;
    const sentence = sentenceOf(found, origin);
    if (sentence) say(streams, `${nameOf(record)}, ${sentence}.`);
  }
  say(streams, summaryOf(counts));
  if (counts.good + counts.unknownKey > 0) say(streams, comparedSentence(passkeys));
  if (counts.uncomparedKey > 0) say(streams, uncomparedSentence);
  return counts.changed > 0 ? 1 : 0;

  async function findingOf({ userId, publicKey }: KeptRecord, origin: string | null): Promise<Finding> {
    if (origin === null) return 'changed';
    if (origin !== config.origin) return 'elsewhere';
    const keys = await keysOf(userId);
    if (keys === null) return 'uncomparedKey';
    return keys.includes(publicKey) ? 'good' : 'unknownKey';
  }
}

function nameOf({ transactionId, at, userId }: KeptRecord): string {
  return `${JSON.stringify(transactionId)} of ${JSON.stringify(at)}, of the account ${pseudonym(userId)}`;
}

/** Reads the public keys of accounts, each once: null without an answer, and after that no account is asked for. */
function createKeyReader(passkeys: Passkeys): (userId: string) => Promise<string[] | null> {
  const read = new Map<string, string[]>();
  let isAnswering = true;
  return async (userId) => {
    if (isAnswering && !read.has(userId)) {
      const keys = await passkeys.publicKeysOf(userId);
      if (keys) read.set(userId, keys);
      else isAnswering = false;
    }
    return read.get(userId) ?? null;
  };
}

/** @returns null for what need not be named, or would be the same of each */
function sentenceOf(found: Finding, origin: string | null): string | null {
  if (found === 'changed') return 'is not what was signed';
  if (found === 'elsewhere') return `was signed at ${JSON.stringify(origin)}, which is not this site`;
  if (found !== 'unknownKey') return null;
  return 'was signed with a key that no passkey of the account has: it was removed since, or was never theirs';
}

function summaryOf(counts: Record<Finding, number>): string {
  const all = Object.values(counts).reduce((sum, count) => sum + count);
  if (all === 0) return 'No signed acts are kept.';
  const parts = Object.entries(findings)
    .map(([name, words]) => ({ name, words, count: counts[name as Finding] }))
    .filter(({ name, count }) => count > 0 || name === 'good')
    .map(({ count, words }) => `${count} ${words}`);
  const found = counts.good === all ? 'good' : parts.join(', ');
  return `${all === 1 ? '1 signed act' : `${all} signed acts`}: ${found}.`;
}

const uncomparedSentence = 'Not all keys were compared: the passkey API did not answer. Try again later.';

/** How far the keys can be trusted to be those of the accounts. */
function comparedSentence({ keepsKeysElsewhere }: Passkeys): string {
  return keepsKeysElsewhere
    ? 'The keys were compared with those that the passkey API has.'
    : 'The keys were compared with those in this database: whoever may write there can change both.';
}
