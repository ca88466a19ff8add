/**
 * Shows that whoever answers at an address is this deployment: only its processes have the secret keys. Knows no request
 * and no address.
 */
import Keygrip from 'keygrip';

/** What a question must look like: it stays apart from all else that the keys sign, and cannot be long. */
const question = /^[\w-]{22,64}$/;

/** @returns an answer to this question that only the secret keys give; null for what is none */
export function proofOfDeployment(secretKeys: readonly string[], asked: unknown): string | null {
  return typeof asked === 'string' && question.test(asked) ? keys(secretKeys).sign(labelled(asked)) : null;
}

/** Whether this answers the question with one of the secret keys, of which a process may have older ones; not without any. */
export function provesDeployment(secretKeys: readonly string[], asked: string, answered: string): boolean {
  if (secretKeys.length === 0) return false;
  return keys(secretKeys).verify(labelled(asked), answered);
}

const keys = (secretKeys: readonly string[]) => new Keygrip([...secretKeys], 'sha256');

/** A signed cookie is `name=value` in one line: no answer is ever the signature of one. */
const labelled = (asked: string) => `latchkey deployment\n${asked}`;
