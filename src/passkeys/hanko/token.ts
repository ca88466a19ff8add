/**
 * The token with which the passkey API vouches for a finished ceremony. It says who and with which credential, not
 * what for: a token counts only when it came in the answer to our own finalize call of this very request.
 * Must not know accounts.
 */
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import { PasskeyApiRefusal, PasskeyServiceFault } from './service-errors.ts';
import type { PasskeyTransport } from './transport.ts';
import { serviceUnavailable } from './unavailable.ts';

/** Seconds. */
const tolerance = 5;
const oldest = 300;

export type Expectation = {
  /** When the finish began, in milliseconds since 1970: no token is older. */
  startedAt: number;
  credentialId: string;
  userId: string;
  /** Of the transaction that was signed; a token for one counts for nothing else. */
  transactionId?: string | undefined;
};

/** Why a token was refused; for the log only. */
export class TokenRefusal extends Error {
  constructor(
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`token refused: ${reason}`, { cause });
    this.name = 'TokenRefusal';
  }
}

export type TokenVerifier = ReturnType<typeof createTokenVerifier>;

/**
 * A verifier for the tokens of one tenant; it fetches the tenant's keys when it first needs them, and keeps them.
 *
 * @param audience the relying party id
 */
export function createTokenVerifier(transport: PasskeyTransport, jwksUrl: string, audience: string) {
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    [customFetch]: (url) => transport.fetch(url).catch(withoutKeys),
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });

  return {
    /**
     * Checks signature (RS256 by our tenant's keys), audience, age, credential and user.
     *
     * @returns the claims
     * @throws {TokenRefusal} when anything differs
     * @throws {AppError} `passkey_service_unavailable` when the clocks are too far apart to judge
     * @throws {PasskeyServiceFault} when the keys cannot be fetched
     */
    async verify(
      token: string,
      { startedAt, credentialId, userId, transactionId }: Expectation,
    ): Promise<JWTPayload> {
      const offset = transport.clockOffset();
      if (!Number.isFinite(offset)) {
        throw serviceUnavailable(undefined, 60, 'clock: the passkey service differs by more than 60 seconds');
      }
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        audience,
        clockTolerance: tolerance,
        maxTokenAge: oldest,
        requiredClaims: ['exp', 'iat', 'sub', 'cred'],
        currentDate: new Date(Date.now() + offset),
      }).catch(refuse);
      const earliest = Math.floor((startedAt + offset) / 1000) - tolerance;
      if ((payload.iat as number) < earliest) throw new TokenRefusal('issued before this ceremony finished');
      if (payload.cred !== credentialId) throw new TokenRefusal('another credential');
      if (payload.sub !== userId) throw new TokenRefusal('another user');
      if (payload.trans !== transactionId)
        throw new TokenRefusal(transactionId === undefined ? 'a transaction' : 'another transaction');
      return payload;
    },
  };
}

/** A tenant without keys says nothing about a token. */
function withoutKeys(error: unknown): never {
  if (!(error instanceof PasskeyApiRefusal)) throw error;
  throw new PasskeyServiceFault('status', { status: error.status, cause: error });
}

function refuse(error: unknown): never {
  if (error instanceof PasskeyServiceFault) throw error;
  if (error instanceof errors.JWKSInvalid) throw new PasskeyServiceFault('shape', { cause: error });
  // What is not jose's own error is the runtime's about a key: too short, or not one at all.
  throw new TokenRefusal(error instanceof errors.JOSEError ? error.code : 'unusable key', error);
}
