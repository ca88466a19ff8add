/**
 * The Hanko Passkey API in our words. The only file that knows the SDK; what that lacks (rename, one credential, pages
 * of a list, transactions) goes through the same transport. Decides nothing about people.
 */
import { randomBytes } from 'node:crypto';
import { tenant } from '@teamhanko/passkeys-sdk';
import * as z from 'zod';
import type { AppError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { createAvailability } from './availability.ts';
import { createCircuit } from './circuit.ts';
import { createFinishFailure } from './finish-failure.ts';
import {
  type CreationOptions,
  creationOptions,
  credential,
  type ListedCredential,
  type RequestOptions,
  requestOptions,
  shaped,
  tokenAnswer,
  type UserRequestOptions,
  userRequestOptions,
} from './hanko-answers.ts';
import { PasskeyApiRefusal, PasskeyServiceFault } from './service-errors.ts';
import type { PasskeyTransport } from './transport.ts';
import { serviceUnavailable } from './unavailable.ts';

/** Milliseconds for a list, all its pages and tries together: a page waits for it. */
const listDeadline = 1_500;
const pageSize = 100;
/** Five times as many as anybody may have. */
const mostPages = 5;

export type { CreationOptions, ListedCredential, UserRequestOptions } from './hanko-answers.ts';

export type Hanko = ReturnType<typeof createHanko>;

/**
 * A client of one tenant. Every call but `isAvailable` throws {AppError} `passkey_service_unavailable` when the service
 * does not work, or refuses what only we could have got wrong.
 */
export function createHanko(transport: PasskeyTransport, logger: Logger) {
  const sdk = withFetch(transport.fetch, () => tenant(transport));
  const circuit = createCircuit(logger);
  const url = (path: string) => `${transport.baseUrl.replace(/\/$/, '')}/${transport.tenantId}/${path}`;
  const headers = { apiKey: transport.apiKey, 'Content-Type': 'application/json' };
  const credentialUrl = (id: string) => url(`credentials/${encodeURIComponent(id)}`);

  const find = (id: string): Promise<ListedCredential | null> =>
    circuit.call(() =>
      unlessUnknown(async () => {
        const answer = await transport.fetch(credentialUrl(id), { headers });
        return shaped(credential, await answer.json());
      }),
    );

  async function listPages(userId: string, end: number): Promise<ListedCredential[]> {
    const found: ListedCredential[] = [];
    for (let page = 1; page <= mostPages; page++) {
      const query = new URLSearchParams({ user_id: userId, page: String(page), per_page: String(pageSize) });
      const answer = await transport.fetch(url(`credentials?${query}`), {
        headers,
        deadline: end - performance.now(),
      });
      const listed = shaped(z.array(credential), await answer.json());
      found.push(...listed);
      const total = Number(answer.headers.get('x-total-count') ?? Number.NaN);
      if (Number.isFinite(total) ? found.length >= total : listed.length < pageSize) return found;
      // Fewer than were promised: what is missing would be taken for deleted.
      if (listed.length === 0) break;
    }
    // About this user alone, so no fault of the service that would count against everybody.
    throw serviceUnavailable(undefined, 60, 'a list of passkeys does not end');
  }

  async function beginRegistration(userId: string): Promise<CreationOptions> {
    const { user_id, username } = namedByIdAlone(userId);
    const answer = await circuit.callRepeatable(async () =>
      shaped(creationOptions, await sdk.registration.initialize({ userId: user_id, username })),
    );
    return answer.publicKey;
  }

  /** A Hanko server says 404 of a user whom it does not know, and 500 of one who has no passkey. */
  async function isKnown(userId: string): Promise<boolean> {
    try {
      await postJson('login/initialize', JSON.stringify({ user_id: userId }));
      return true;
    } catch (error) {
      if (error instanceof PasskeyApiRefusal && error.status === 404 && error.title === 'user not found')
        return false;
      if (error instanceof PasskeyServiceFault && /Found no credentials/.test(error.problem?.title ?? ''))
        return true;
      throw error;
    }
  }

  async function postJson(path: string, body: string): Promise<unknown> {
    return (await transport.fetch(url(path), { method: 'POST', headers, body })).json();
  }

  const failure = createFinishFailure({ find, logger });
  const isAvailable = createAvailability({
    ask: async (path, deadline) => (await transport.fetch(url(path), { headers, deadline })).json(),
    alarm: circuit.alarm,
  });

  return {
    /** Creation options for a user whom the service knows by nothing but the id. */
    beginRegistration,

    /**
     * Creation options for an automatic upgrade. The embedded API then takes an answer without user presence; a Hanko
     * server ignores the wish, and refuses the answer.
     */
    beginUpgrade: async (userId: string): Promise<CreationOptions> => {
      const body = JSON.stringify({ ...namedByIdAlone(userId), mediation: 'conditional' });
      const answer = await circuit.callRepeatable(async () =>
        shaped(creationOptions, await postJson('registration/initialize', body)),
      );
      return answer.publicKey;
    },

    /**
     * The token for a new credential.
     *
     * @param facts.unattended nobody had to be present
     * @param facts.counter of the credential's signatures
     * @throws {PasskeyApiRefusal} the service does not accept it
     * @throws {AppError} `already_registered` when the id belongs to a credential already (Hanko answers 500)
     */
    finishRegistration: async (
      registration: { id: string },
      { unattended = false, counter = 0 } = {},
    ): Promise<string> => {
      const work = async () => shaped(tokenAnswer, await sdk.registration.finalize(registration as never));
      const { token } = await circuit
        .finish(work, unattended)
        .catch((error) => failure.ofRegistration(error, { id: registration.id, counter }));
      return token;
    },

    /** Request options for anyone: no user, no allow list. */
    beginSignIn: async (): Promise<RequestOptions> => {
      const answer = await circuit.callRepeatable(async () =>
        shaped(requestOptions, await sdk.login.initialize()),
      );
      return answer.publicKey;
    },

    /** Request options for one user: their passkeys, in an allow list. They must have one. */
    beginSignInOf: async (userId: string): Promise<UserRequestOptions> => {
      const body = JSON.stringify({ user_id: present(userId) });
      const answer = await circuit.callRepeatable(async () =>
        shaped(userRequestOptions, await postJson('login/initialize', body)),
      );
      return answer.publicKey;
    },

    /** The token for an assertion. @throws {PasskeyApiRefusal} the service does not accept it */
    finishSignIn: async (assertion: { id: string }): Promise<string> => {
      const work = async () => shaped(tokenAnswer, await sdk.login.finalize(assertion as never));
      const { token } = await circuit.finish(work).catch((error) => failure.ofSignIn(error, assertion.id));
      return token;
    },

    /** Creation options for a key that is a second factor alone, for a user whom the service knows by nothing but the id. */
    beginSecondFactorRegistration: async (userId: string): Promise<CreationOptions> => {
      const { user_id, username } = namedByIdAlone(userId);
      const { mfa } = sdk.user(user_id);
      const answer = await circuit.callRepeatable(async () =>
        shaped(creationOptions, await mfa.registration.initialize({ username })),
      );
      return answer.publicKey;
    },

    /**
     * The token for a new key that is a second factor alone.
     *
     * @param userId whose it is to be: the service is told by the challenge alone
     * @param facts.unverified the user was present and no more
     * @throws {PasskeyApiRefusal} the service does not accept it
     * @throws {AppError} `already_registered` as for a passkey
     */
    finishSecondFactorRegistration: async (
      userId: string,
      registration: { id: string },
      { unverified = false, counter = 0 } = {},
    ): Promise<string> => {
      const { mfa } = sdk.user(present(userId));
      const work = async () => shaped(tokenAnswer, await mfa.registration.finalize(registration as never));
      const { token } = await circuit
        .finish(work, unverified)
        .catch((error) => failure.ofRegistration(error, { id: registration.id, counter }));
      return token;
    },

    /**
     * Request options for one user as a second factor: their passkeys, and the keys that were made for this alone, in an
     * allow list. They must have one.
     */
    beginSecondFactor: async (userId: string): Promise<UserRequestOptions> => {
      const { mfa } = sdk.user(present(userId));
      const answer = await circuit.callRepeatable(async () =>
        shaped(userRequestOptions, await mfa.login.initialize()),
      );
      return answer.publicKey;
    },

    /**
     * The token for an assertion as a second factor.
     *
     * @param userId whose it is to be: the service is told by the challenge alone
     * @param facts.unverified the user was present and no more
     * @throws {PasskeyApiRefusal} the service does not accept it
     */
    finishSecondFactor: async (
      userId: string,
      assertion: { id: string },
      { unverified = false } = {},
    ): Promise<string> => {
      const { mfa } = sdk.user(present(userId));
      const work = async () => shaped(tokenAnswer, await mfa.login.finalize(assertion as never));
      const { token } = await circuit
        .finish(work, unverified)
        .catch((error) => failure.ofSignIn(error, assertion.id));
      return token;
    },

    /**
     * Request options for one user whose challenge is bound to data, under a name that was never used.
     *
     * @param data what JSON has
     */
    beginTransaction: (
      userId: string,
      data: object,
    ): Promise<{ transactionId: string; options: UserRequestOptions }> =>
      circuit.callRepeatable(async () => {
        // A name of its own for each try: the service may have taken it before its answer was lost.
        const transactionId = randomBytes(16).toString('base64url');
        const body = { user_id: present(userId), transaction_id: transactionId, transaction_data: data };
        const answer = await postJson('transaction/initialize', JSON.stringify(body));
        return { transactionId, options: shaped(userRequestOptions, answer).publicKey };
      }),

    /** The token for an assertion over a transaction. @throws {PasskeyApiRefusal} the service does not accept it */
    finishTransaction: async (assertion: { id: string }): Promise<string> => {
      const body = JSON.stringify(assertion);
      const work = async () => shaped(tokenAnswer, await postJson('transaction/finalize', body));
      const { token } = await circuit.finish(work).catch((error) => failure.ofSignIn(error, assertion.id));
      return token;
    },

    /** Every credential of one user, all pages; empty when there is none. */
    list: async (userId: string): Promise<ListedCredential[]> => {
      const end = performance.now() + listDeadline;
      const found = await circuit.callRepeatable(() => listPages(present(userId), end));
      return found.filter((item) => item.user_id === userId);
    },

    /** One credential, whoever owns it, or null. The caller compares the owner. */
    find,

    /** Whether there was such a credential to be renamed, whoever owns it. */
    rename: async (id: string, name: string): Promise<boolean> => {
      const body = JSON.stringify({ name });
      const change = () => transport.fetch(credentialUrl(id), { method: 'PATCH', headers, body });
      return (await circuit.call(() => unlessUnknown(change))) !== null;
    },

    /** Whether there was such a credential to be removed, whoever owned it. */
    remove: async (id: string): Promise<boolean> =>
      (await circuit.call(() => unlessUnknown(() => sdk.credential(id).remove()))) !== null,

    /**
     * Replaces the names that a Hanko server keeps of a user by the id: earlier releases told it the address, and it never
     * deletes a user. Whom it does not know stays unknown, and the embedded API has no names. Harmless when
     * repeated.
     */
    forgetNames: async (userId: string): Promise<void> => {
      if (transport.isRemote && (await circuit.call(() => isKnown(present(userId)))))
        await beginRegistration(userId);
    },

    /**
     * Whether the service answers now and takes our key; asked at most once a second, however often we are. Never throws;
     * the log is told of a refusal.
     */
    isAvailable,

    /**
     * The answer to whoever needs a tenant that is not set up for us; the operator is told why.
     *
     * @param reason for the log
     */
    misconfigured: (reason: string): AppError => {
      circuit.alarm(reason);
      return serviceUnavailable(undefined, 60, reason);
    },

    jwksUrl: url('.well-known/jwks.json'),
  };
}

/** The SDK takes the global fetch when a tenant is made, and offers no other way in. */
function withFetch<T>(fetch: PasskeyTransport['fetch'], make: () => T): T {
  const former = globalThis.fetch;
  globalThis.fetch = fetch as typeof globalThis.fetch;
  try {
    return make();
  } finally {
    globalThis.fetch = former;
  }
}

/** Null instead of the one refusal that says: there is no such credential. */
async function unlessUnknown<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PasskeyApiRefusal && error.isUnknownCredential) return null;
    throw error;
  }
}

/**
 * What the service is told of a user: the id, and the id as name, since it must have one. Names for people are added to the
 * options here. So no address is kept there, none grows old, and none is left behind.
 */
function namedByIdAlone(userId: string): { user_id: string; username: string } {
  return { user_id: present(userId), username: userId };
}

/** Without a user id Hanko lists the whole tenant; of one that is blank it makes an error of its own. */
function present(userId: string): string {
  if (userId.trim() === '') throw new Error('a user id is required');
  return userId;
}
