/** What an operator does with what was signed: verify it. Prints what was found. */
import { pseudonym } from '../logger.ts';
import type { KeptRecord, Passkeys } from '../passkeys/passkeys.ts';
import { type Streams, say } from './chore.ts';
import type { Workplace } from './workplace.ts';

/** What can be found of a record, and how it is counted. */
const findings = {
  good: 'good',
  elsewhere: 'signed at another site',
  keyless: 'with a key that the account does not have',
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
  const counts = { good: 0, elsewhere: 0, keyless: 0, changed: 0 };
  const keys = readKeys(passkeys);
  for await (const { record, origin } of passkeys.signedActs()) {
    const found = await findingOf(record, origin);
    counts[found]++;
    if (found !== 'good') say(streams, `${nameOf(record)}, ${sentenceOf(found, origin)}.`);
  }
  say(streams, summaryOf(counts));
  if (counts.good + counts.keyless > 0) say(streams, keysSentence(keys.haveAnswered(), passkeys));
  return counts.changed > 0 ? 1 : 0;

  async function findingOf({ userId, publicKey }: KeptRecord, origin: string | null): Promise<Finding> {
    if (origin === null) return 'changed';
    if (origin !== config.origin) return 'elsewhere';
    return (await keys.of(userId))?.includes(publicKey) === false ? 'keyless' : 'good';
  }
}

function nameOf({ transactionId, at, userId }: KeptRecord): string {
  return `${JSON.stringify(transactionId)} of ${JSON.stringify(at)}, of the account ${pseudonym(userId)}`;
}

/** The public keys of accounts, each asked for once; after one question without an answer nothing is asked. */
function readKeys(passkeys: Passkeys) {
  const read = new Map<string, string[] | null>();
  let isAnswering = true;
  return {
    haveAnswered: () => isAnswering,
    of: async (userId: string): Promise<string[] | null> => {
      if (isAnswering && !read.has(userId)) read.set(userId, await passkeys.publicKeysOf(userId));
      const keys = read.get(userId) ?? null;
      if (keys === null) isAnswering = false;
      return keys;
    },
  };
}

function sentenceOf(found: Exclude<Finding, 'good'>, origin: string | null): string {
  if (found === 'changed') return 'is not what was signed';
  if (found === 'elsewhere') return `was signed at ${JSON.stringify(origin)}, which is not this site`;
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

/** How far the keys can be trusted to be those of the accounts. */
function keysSentence(haveAnswered: boolean, { keepsKeysElsewhere }: Passkeys): string {
  if (!haveAnswered) return 'The keys were not compared: the passkey API does not answer.';
  return keepsKeysElsewhere
    ? 'The keys were compared with those that the passkey API has.'
    : 'The keys were compared with those in this database: whoever may write there can change both.';
}
