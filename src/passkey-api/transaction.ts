/**
 * A transaction: a sign-in of a user who is known, whose challenge is bound to data, so that whoever signs the challenge
 * signs the data. The data is not kept: the challenge has its hash. Knows the rules and no HTTP.
 */
import { createHash, randomBytes } from 'node:crypto';
import { isUniqueViolation } from '../db/faults.ts';
import { type Assertion, parseAssertion } from './assertion.ts';
import { canonicalJson } from './canonical-json.ts';
import {
  findChallenge,
  finishTransaction as finish,
  insertChallenge,
  transactionExists,
} from './challenge-store.ts';
import { listCredentialIds } from './credential-store.ts';
import { accepted, challengeUnknown, offeredCredential, refused } from './login.ts';
import { loginOf, registrationOf } from './mfa.ts';
import { requestOptions } from './options.ts';
import { Problem } from './problem.ts';
import type { CeremonyContext } from './settings.ts';
import { userExists } from './user-store.ts';

type TransactionFields = { user_id: string; transaction_id: string; transaction_data?: unknown };

/**
 * Request options whose challenge is bound to the data: 32 random bytes, and SHA-256 of the transaction's name and its
 * data in canonical JSON.
 *
 * @throws {Problem} 404 for an unknown user, 409 for a name that is taken, 400 for a user without passkeys
 */
export async function beginTransaction(context: CeremonyContext, fields: TransactionFields) {
  const { scope } = context;
  const { user_id: userId, transaction_id: transactionId } = fields;
  const bound = createHash('sha256').update(transactionId + canonicalJson(fields.transaction_data));
  if (!(await userExists(scope, userId))) throw new Problem(404, 'unable to find user');
  if (await transactionExists(scope, transactionId)) throw taken();
  const allowedCredentials = await credentialsToOffer(context, userId);
  const challenge = Buffer.concat([randomBytes(32), bound.digest()]).toString('base64url');
  const expiresAt = Date.now() + context.timeout;
  await insertChallenge(scope, challenge, {
    operation: 'transaction',
    userId,
    allowedCredentials,
    transactionId,
    expiresAt,
  }).catch((error) => {
    throw isUniqueViolation(error) ? taken() : error;
  });
  return requestOptions({ ...context, challenge }, allowedCredentials);
}

async function credentialsToOffer({ scope }: CeremonyContext, userId: string): Promise<string[]> {
  const ids = await listCredentialIds(scope, userId, 'passkeys');
  if (ids.length > 0) return ids;
  if ((await listCredentialIds(scope, userId, 'all')).length === 0)
    throw new Problem(400, 'user has no suitable credentials for this operation');
  throw new Problem(
    500,
    'failed to create webauthn assertion options for transaction: Found no credentials for user',
  );
}

/**
 * Verifies the assertion over a transaction, as a sign-in does it. A refusal changes nothing: it can still be answered.
 *
 * @param body JSON as the browser's PublicKeyCredential.toJSON makes it
 * @returns a token for the user, with the name of the transaction
 * @throws {Problem} 400 for a response that cannot be read, 401 for one that is not valid
 */
export async function finishTransaction(context: CeremonyContext, body: string): Promise<string> {
  const assertion = parseAssertion(body, 'unable to finish transaction');
  const { challenge: text } = assertion.clientData;
  const challenge = await findChallenge(context.scope, text, 'transaction');
  if (!challenge?.transactionId) throw await refusalOf(context, text);
  await checkUser(context, challenge.userId, assertion);
  if (challenge.expiresAt <= Date.now()) throw refused('Session has Expired');
  const credential = await offeredCredential(context, challenge, assertion);
  const taking = (scope: CeremonyContext['scope']) => finish(scope, text);
  return accepted(context, { assertion, credential }, taking, challenge.transactionId);
}

/** The user is named by the handle alone, and is the one of the challenge. */
async function checkUser(
  { scope }: CeremonyContext,
  userId: string | null,
  { userHandle }: Assertion,
): Promise<void> {
  if (userHandle === userId) return;
  if (await userExists(scope, userHandle)) throw refused('ID mismatch for User and Session');
  throw new Problem(401, 'failed to get user handle', 'user not found');
}

async function refusalOf({ scope }: CeremonyContext, text: string): Promise<Problem> {
  const others = [...Object.values(loginOf), ...Object.values(registrationOf)] as const;
  const other = await findChallenge(scope, text, 'conditional', ...others);
  return other
    ? new Problem(401, 'failed to get session data', 'no transaction found for this challenge')
    : challengeUnknown();
}

function taken(): Problem {
  return new Problem(409, 'transaction already exists');
}
