/**
 * What it means that a finish came to nothing though its answer says little: a credential that the service cannot keep or has
 * already, or a service that has failed. Knows neither calls nor people.
 */
import { AppError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { ListedCredential } from './hanko-answers.ts';
import { PasskeyApiRefusal } from './service-errors.ts';
import { serviceUnavailable } from './unavailable.ts';

type Parts = {
  /** A call that the service's database must answer: where it cannot, that counts as a fault. */
  find: (id: string) => Promise<ListedCredential | null>;
  logger: Logger;
};

/** Ways to judge what a finish threw; each throws. */
export function createFinishFailure({ find, logger }: Parts) {
  /** @returns the credential that the service has with this id, or null */
  async function askedAfter(failure: PasskeyApiRefusal, id: string): Promise<ListedCredential | null> {
    logger.warn({ err: failure }, 'passkey service fault');
    return find(id);
  }

  return {
    /**
     * @param credential with the counter of its signatures
     * @throws {AppError} `already_registered`, `passkey_service_unavailable`; any other error as it is
     */
    ofRegistration: async (error: unknown, credential: { id: string; counter: number }): Promise<never> => {
      if (!(error instanceof PasskeyApiRefusal)) throw error;
      if (error.status === 409) throw alreadyRegistered(error);
      if (!error.isFailure) throw error;
      if ((await askedAfter(error, credential.id)) !== null) throw alreadyRegistered(error);
      throw fits(credential) ? serviceUnavailable(error, 10) : error;
    },

    /** @throws {AppError} `passkey_service_unavailable`; any other error as it is */
    ofSignIn: async (error: unknown, id: string): Promise<never> => {
      if (!(error instanceof PasskeyApiRefusal) || !error.isFailure) throw error;
      await askedAfter(error, id);
      throw serviceUnavailable(error, 10);
    },
  };
}

/** The answer to a credential whose id belongs to one that exists. */
export function alreadyRegistered(cause: unknown): AppError {
  return new AppError('already_registered', 'This passkey is already registered.', { cause });
}

/** Hanko keeps `cred-` and the id in 255 characters, the counter in four signed bytes, and fails where they do not fit. */
function fits({ id, counter }: { id: string; counter: number }): boolean {
  return `cred-${id}`.length <= 255 && counter < 2 ** 31;
}
