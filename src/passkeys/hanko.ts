/**
 * The Hanko Passkey API in our words. The only file that knows the SDK and Hanko's field names; what the SDK lacks
 * (rename, one credential, pages of a list) goes through the same transport. Decides nothing about people.
 */
import { tenant } from '@teamhanko/passkeys-sdk';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { createCircuit } from './circuit.ts';
import { PasskeyApiRefusal, PasskeyServiceFault } from './service-errors.ts';
import type { PasskeyTransport } from './transport.ts';

/** Milliseconds for a list, all its pages and tries together: a page waits for it. */
const listDeadline = 1_500;
const probeDeadline = 1_000;
const probeInterval = 1_000;
const pageSize = 100;
/** An endless list is a fault, not work. */
const mostPages = 20;

const challenge = z.string().regex(/^[\w-]{22,512}$/);
const timeout = z.number().int().positive();

const creationOptions = z.object({
  publicKey: z.looseObject({
    rp: z.looseObject({ id: z.string(), name: z.string() }),
    user: z.looseObject({ id: z.string(), name: z.string(), displayName: z.string() }),
    challenge,
    pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.number().int() })).min(1),
    timeout,
  }),
});

const requestOptions = z.object({ publicKey: z.looseObject({ challenge, timeout, rpId: z.string() }) });

const tokenAnswer = z.object({ token: z.string().min(1).max(8_000) });

/** Only whether it is one: `token.ts` judges the keys. */
const keySet = z.object({ keys: z.array(z.object({ kid: z.string() })).min(1) });

const credential = z.object({
  id: z.string().min(1),
  name: z.string().optional(),
  aaguid: z.string(),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().optional(),
  backup_eligible: z.boolean(),
  backup_state: z.boolean(),
  is_mfa: z.boolean(),
  user_id: z.string(),
});

export type CreationOptions = z.infer<typeof creationOptions>['publicKey'];
export type RequestOptions = z.infer<typeof requestOptions>['publicKey'];
/** A credential as Hanko lists it. */
export type ListedCredential = z.infer<typeof credential>;

export type Hanko = ReturnType<typeof createHanko>;

export function createHanko(transport: PasskeyTransport, logger: Logger) {
  const sdk = withFetch(transport.fetch, () => tenant(transport));
  const circuit = createCircuit(logger);
  const url = (path: string) => `${transport.baseUrl.replace(/\/$/, '')}/${transport.tenantId}/${path}`;
  const headers = { apiKey: transport.apiKey, 'Content-Type': 'application/json' };
  const credentialUrl = (id: string) => url(`credentials/${encodeURIComponent(id)}`);

  async function find(id: string): Promise<ListedCredential | null> {
    try {
      const answer = await transport.fetch(credentialUrl(id), { headers });
      return shaped(credential, await answer.json());
    } catch (error) {
      if (error instanceof PasskeyApiRefusal && error.status === 404 && !error.isMisconfiguration)
        return null;
      throw error;
    }
  }

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
      if (listed.length === 0 || (Number.isFinite(total) ? found.length >= total : listed.length < pageSize))
        return found;
    }
    throw new PasskeyServiceFault('shape');
  }

  let probe = { at: 0, answer: Promise.resolve(false) };

  async function answers(): Promise<boolean> {
    try {
      const answer = await transport.fetch(url('.well-known/jwks.json'), { deadline: probeDeadline });
      return keySet.safeParse(await answer.json()).success;
    } catch {
      return false;
    }
  }

  return {
    /** Creation options for a user; writes the user's names at the service. */
    beginRegistration: async (userId: string, username: string): Promise<CreationOptions> => {
      const body = { userId: present(userId), username: [...username].slice(0, 128).join('') };
      const answer = await circuit.callTwice(async () =>
        shaped(creationOptions, await sdk.registration.initialize(body)),
      );
      return answer.publicKey;
    },

    /**
     * The token for a new credential.
     *
     * @throws {PasskeyApiRefusal} the service does not accept it
     * @throws {AppError} `already_registered` when the id belongs to a credential already (Hanko answers 500)
     */
    finishRegistration: (registration: { id: string }): Promise<string> =>
      circuit.call(async () => {
        try {
          return shaped(tokenAnswer, await sdk.registration.finalize(registration as never)).token;
        } catch (error) {
          const maybeDuplicate = error instanceof PasskeyServiceFault && error.status === 500;
          const duplicate = error instanceof PasskeyApiRefusal && error.status === 409;
          if (duplicate || (maybeDuplicate && (await find(registration.id)) !== null)) {
            throw new AppError('already_registered', 'This passkey is registered already.', { cause: error });
          }
          throw error;
        }
      }),

    /** Request options for anyone: no user, no allow list. */
    beginSignIn: async (): Promise<RequestOptions> => {
      const answer = await circuit.callTwice(async () =>
        shaped(requestOptions, await sdk.login.initialize()),
      );
      return answer.publicKey;
    },

    /** The token for an assertion. @throws {PasskeyApiRefusal} the service does not accept it */
    finishSignIn: (assertion: object): Promise<string> =>
      circuit.call(async () => shaped(tokenAnswer, await sdk.login.finalize(assertion as never)).token),

    /** Every credential of one user, all pages; empty when there is none. */
    list: async (userId: string): Promise<ListedCredential[]> => {
      const end = performance.now() + listDeadline;
      const found = await circuit.callTwice(() => listPages(present(userId), end));
      return found.filter((item) => item.user_id === userId);
    },

    /** One credential, whoever owns it, or null. The caller compares the owner. */
    find: (id: string): Promise<ListedCredential | null> => circuit.call(() => find(id)),

    /** @throws {PasskeyApiRefusal} 404 when it is gone */
    rename: (id: string, name: string): Promise<void> =>
      circuit.call(async () => {
        await transport.fetch(credentialUrl(id), {
          method: 'PATCH',
          headers,
          body: JSON.stringify({ name }),
        });
      }),

    /** @throws {PasskeyApiRefusal} 404 when it is gone */
    remove: (id: string): Promise<void> => circuit.call(async () => void (await sdk.credential(id).remove())),

    /** Whether the service answers now; asked at most once a second, however often we are. Never throws. */
    isAvailable: (): Promise<boolean> => {
      if (Date.now() - probe.at >= probeInterval) probe = { at: Date.now(), answer: answers() };
      return probe.answer;
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

/** @throws {PasskeyServiceFault} when the answer is not what was promised */
function shaped<T>(schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (!result.success) throw new PasskeyServiceFault('shape', { cause: result.error });
  return result.data;
}

/** An empty user id would list the whole tenant. */
function present(userId: string): string {
  if (userId === '') throw new Error('a user id is required');
  return userId;
}
