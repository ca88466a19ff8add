/**
 * `navigator.credentials` as it is behind password managers and in browsers that have a fault, each as somebody has
 * reported it in public. What an imitation does runs in the page, on the device that the page really has.
 */
import type { Page } from 'playwright-core';
import type { Visit } from './stage.ts';

/**
 * What comes of it. An end, that has a meaning: somebody `left` their window, the device is `broken`, the fault looks
 * like ours, it `cannot` keep passkeys, or it is `ended`, as by us. Or `nothing`, for ever. Or a passkey, `whole` or in
 * `pieces`: a server cannot use it, although it was made or chosen.
 */
type Outcome = 'left' | 'broken' | 'fault' | 'cannot' | 'ended' | 'nothing' | 'whole' | 'pieces';

type Imitation = {
  outcome: Outcome;
  /** @param ask the real device */
  answers(ask: () => Promise<Device>): unknown;
};

/** What real devices answer, as far as imitations touch it. */
type Device = { id: string; rawId: ArrayBuffer; type: string; response: Record<string, unknown> };

export const imitations: Record<string, Imitation> = {
  // Bitwarden, when its own code fails: https://github.com/bitwarden/clients/issues/13975
  'answers undefined': { outcome: 'left', answers: async () => undefined },

  // KeePassXC, whose user said no: https://github.com/keepassxreboot/keepassxc-browser/pull/3054
  // 1Password, whose window was closed: https://github.com/near/fast-auth-signer/issues/55
  'answers null': { outcome: 'left', answers: async () => null },

  // Bitwarden, locked: https://github.com/bitwarden/clients/issues/18117
  // Firefox, asked in the field: https://github.com/rwinch/spring-security-webauthn/issues/73
  'rejects with NotAllowedError': {
    outcome: 'left',
    answers: async () => {
      throw new DOMException('The operation either timed out or was not allowed.', 'NotAllowedError');
    },
  },

  // "Certain apps": https://github.com/w3c/webauthn/issues/2262
  'rejects with NotSupportedError': {
    outcome: 'cannot',
    answers: async () => {
      throw new DOMException('The user agent does not support public key credentials.', 'NotSupportedError');
    },
  },

  // A window that is still open somewhere: https://github.com/keycloak/keycloak/issues/41037
  'rejects with OperationError': {
    outcome: 'broken',
    answers: async () => {
      throw new DOMException('A request is already pending.', 'OperationError');
    },
  },

  // DuckDuckGo, for a request that it replaced: https://github.com/duckduckgo/content-scope-scripts/pull/2571
  'rejects with AbortError': {
    outcome: 'ended',
    answers: async () => {
      throw new DOMException('A new passkey request superseded this one.', 'AbortError');
    },
  },

  // KeePassXC, with a name that is none: https://github.com/keepassxreboot/keepassxc-browser/pull/2121
  'rejects with an exception without a name': {
    outcome: 'broken',
    answers: async () => {
      throw new DOMException('Abort signalled', undefined);
    },
  },

  // Names of their own: https://github.com/mdn/content/issues/38223
  'rejects with a name of its own': {
    outcome: 'broken',
    answers: () => Promise.reject({ name: 'waiting', code: 'ERROR_PASSTHROUGH 31' }),
  },

  // What is no exception at all: https://github.com/duckduckgo/content-scope-scripts/pull/2948
  'rejects without a reason': { outcome: 'broken', answers: () => Promise.reject() },
  'rejects with a text': {
    outcome: 'broken',
    answers: () => Promise.reject('Extension context invalidated.'),
  },
  'rejects with null': { outcome: 'broken', answers: () => Promise.reject(null) },

  // Bitwarden, before it promised anything: https://github.com/bitwarden/clients/issues/6769
  'throws at once': {
    outcome: 'fault',
    answers: () => {
      throw new TypeError("Cannot read properties of undefined (reading 'authenticatorAttachment')");
    },
  },

  // KeePassXC: https://github.com/keepassxreboot/keepassxc-browser/issues/3045, deaf to the signal as well:
  // https://github.com/keepassxreboot/keepassxc-browser/issues/3046
  // Safari: https://github.com/teamhanko/hanko/issues/2867
  'never answers, and does not hear that it should end': {
    outcome: 'nothing',
    answers: (ask) =>
      new Promise((resolve) => {
        // Until a test lets it.
        Object.assign(window, { answerAfterAll: () => ask().then(resolve) });
      }),
  },

  // 1Password: https://github.com/aws-samples/amazon-cognito-passwordless-auth/issues/94
  // Bitwarden: https://github.com/bitwarden/clients/issues/12060
  // KeePassXC: https://github.com/keepassxreboot/keepassxc-browser/issues/2298
  'answers what cannot be made JSON by itself': {
    outcome: 'whole',
    answers: async (ask) =>
      Object.defineProperty(await ask(), 'toJSON', {
        value: () => {
          throw new TypeError('Illegal invocation');
        },
      }),
  },

  // KeePassXC: https://github.com/keepassxreboot/keepassxc-browser/issues/2173
  // 1Password: https://github.com/aws-samples/amazon-cognito-passwordless-auth/issues/147
  // KeePassHelper: https://github.com/belaviyo/keepass-macpass-helper/issues/91
  'answers a plain object, frozen and without any method': {
    outcome: 'whole',
    answers: async (ask) => {
      const { id, rawId, type, response } = await ask();
      const { clientDataJSON, attestationObject, authenticatorData, signature, userHandle } = response;
      return Object.freeze({
        id,
        rawId,
        type,
        response: Object.freeze(
          attestationObject
            ? { clientDataJSON, attestationObject }
            : { clientDataJSON, authenticatorData, signature, userHandle },
        ),
      });
    },
  },

  // Bitwarden and 1Password: https://github.com/gynet/keewebx/issues/42
  'answers what only claims to be a credential': {
    outcome: 'whole',
    answers: async (ask) => {
      const { id, rawId, type, response } = await ask();
      const own = (of: object) =>
        Object.fromEntries(Object.entries(of).map(([name, value]) => [name, { value }]));
      const { clientDataJSON, attestationObject, authenticatorData, signature, userHandle } = response;
      const claimed = attestationObject
        ? Object.create(
            AuthenticatorAttestationResponse.prototype,
            own({ clientDataJSON, attestationObject }),
          )
        : Object.create(
            AuthenticatorAssertionResponse.prototype,
            own({ clientDataJSON, authenticatorData, signature, userHandle }),
          );
      return Object.create(PublicKeyCredential.prototype, own({ id, rawId, type, response: claimed }));
    },
  },

  // 1Password: https://github.com/MasterKale/SimpleWebAuthn/issues/438
  // and in Firefox: https://github.com/passwordless-id/webauthn/issues/50
  // Enpass: https://github.com/passwordless-id/webauthn/issues/73
  'answers what has methods that throw': {
    outcome: 'whole',
    answers: async (ask) => {
      const credential = await ask();
      const value = () => {
        throw new Error('Permission denied to access object');
      };
      const methods = 'getTransports getPublicKey getPublicKeyAlgorithm getAuthenticatorData'.split(' ');
      for (const name of methods) Object.defineProperty(credential.response, name, { value });
      for (const name of ['getClientExtensionResults', 'toJSON'])
        Object.defineProperty(credential, name, { value });
      return credential;
    },
  },

  // Bitwarden, with bytes of its own kind: https://github.com/near/fast-auth-signer/pull/222
  'answers with other kinds of bytes': {
    outcome: 'whole',
    answers: async (ask) => {
      const credential = await ask();
      return Object.defineProperty(credential, 'rawId', { value: [...new Uint8Array(credential.rawId)] });
    },
  },

  // 1Password in Firefox, whose parts may not be touched: https://github.com/dodobrands/WebAuthn.Net/issues/8
  'answers what may not be read': {
    outcome: 'pieces',
    answers: async (ask) =>
      Object.defineProperty(await ask(), 'response', {
        get: () => {
          throw new Error('Permission denied to access property "response"');
        },
      }),
  },
};

/** Their names, of those that come to one of these. */
export const thatCome = (...to: Outcome[]) =>
  Object.keys(imitations).filter((name) => to.includes((imitations[name] as Imitation).outcome));

/** The first of each kind: which of a kind it is makes no difference once the same code has met them all elsewhere. */
export const oneOfEach = (...to: Outcome[]) => to.flatMap((one) => thatCome(one).slice(0, 1));

/** Pages that are opened from now on do as `behaves` says; at first as they really do. */
export async function imitates({ context }: Visit): Promise<void> {
  const all = Object.entries(imitations).map(
    ([name, { answers }]) => `${JSON.stringify(name)}: { ${method(answers)} }`,
  );
  await context.addInitScript({ content: `(${install})({ ${all.join(',\n')} });` });
}

/** The function's own text, whether it was written as a method or as a value. */
function method(answers: Imitation['answers']): string {
  const text = String(answers);
  return /^(async )?answers\(/.test(text) ? text : `answers: ${text}`;
}

/**
 * @param name which imitation, or nothing for the real device
 * @param takes how long it takes, in milliseconds by the page's clock, for which nobody has to wait
 */
export const behaves = (page: Page, name?: string, takes = 0) =>
  page.evaluate(
    ([name, takes]) => {
      for (const key of ['asked', 'imitation']) sessionStorage.removeItem(key);
      if (name) sessionStorage.setItem('imitation', name);
      sessionStorage.setItem('takes', `${takes}`);
    },
    [name, takes] as const,
  );

/** How often the page has asked for a passkey, or for a new one, since `behaves`. */
export const asked = (page: Page) => page.evaluate(() => Number(sessionStorage.getItem('asked')));

/** What never answered does so after all, with what the real device makes of it. */
export const answersAfterAll = (page: Page) =>
  page.evaluate(() => (Reflect.get(window, 'answerAfterAll') as () => Promise<void>)());

/** In the page, before any script of ours. */
function install(all: Record<string, Imitation>): void {
  if (!('credentials' in navigator)) return;
  let now = 1_000;
  performance.now = () => now;
  const { get, create } = CredentialsContainer.prototype;
  const behind =
    (real: typeof get | typeof create) =>
    (options: CredentialRequestOptions = {}) => {
      sessionStorage.setItem('asked', `${Number(sessionStorage.getItem('asked')) + 1}`);
      now += Number(sessionStorage.getItem('takes'));
      const imitation = all[sessionStorage.getItem('imitation') ?? ''];
      if (!imitation) return real.call(navigator.credentials, options as never);
      const { signal, mediation, ...rest } = options;
      // The browser of the tests never answers a creation that nobody asked for.
      const asked = real === get && mediation ? { ...rest, mediation } : rest;
      return imitation.answers(() => real.call(navigator.credentials, asked as never) as never);
    };
  CredentialsContainer.prototype.get = behind(get) as typeof get;
  CredentialsContainer.prototype.create = behind(create) as typeof create;
}
