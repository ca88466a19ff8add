/** A browser that notes what it is asked to create, or creates it by itself. */
import { createAuthenticator, type RegistrationAnswer } from '../../support/authenticator.ts';
import type { Visit } from './stage.ts';

/** What the browser was asked to create. */
export type Asked = {
  mediation: string | undefined;
  hints: string[] | undefined;
  attachment: string | undefined;
  userVerification: string | undefined;
  timeout: number | undefined;
  excluded: string[];
  abortable: boolean;
};

/** On every page that is opened from now on: what `navigator.credentials.create` is called with. */
export async function notesCreations({ context }: Visit): Promise<Asked[]> {
  const asked: Asked[] = [];
  await context.exposeFunction('noteCreation', (one: Asked) => void asked.push(one));
  await context.addInitScript(noteCreations);
  return asked;
}

function noteCreations(): void {
  if (!('credentials' in navigator)) return;
  const next = navigator.credentials.create.bind(navigator.credentials);
  const text = (bytes: BufferSource) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes as ArrayBuffer)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  const create = async (options: CredentialCreationOptions & { mediation?: string }) => {
    const { authenticatorSelection, hints, timeout, excludeCredentials } =
      options.publicKey as PublicKeyCredentialCreationOptions & { hints?: string[] };
    await (window as unknown as { noteCreation(one: Asked): Promise<void> }).noteCreation({
      mediation: options.mediation,
      hints,
      timeout,
      attachment: authenticatorSelection?.authenticatorAttachment,
      userVerification: authenticatorSelection?.userVerification,
      excluded: (excludeCredentials ?? []).map(({ id }) => text(id)),
      abortable: options.signal instanceof AbortSignal,
    });
    Object.assign(window, { latestSignal: options.signal });
    return next(options);
  };
  Object.defineProperty(navigator.credentials, 'create', { configurable: true, value: create });
}

/**
 * How a browser answers a request to create a passkey by itself, from the next page on: its password manager makes one
 * without asking anybody (`made`), it makes one with its owner (`real`), it does nothing until it is told to end (`hangs`),
 * or it refuses with a name.
 */
export async function answersUpgrades({ context, origin }: Visit, how: string): Promise<void> {
  const manager = createAuthenticator({ flags: { userPresent: false, userVerified: false } });
  await context.exposeFunction('passwordManager', (publicKey: object) =>
    manager.create({ publicKey }, origin),
  );
  await context.addInitScript(answerUpgrades, how);
}

function answerUpgrades(how: string): void {
  if (!('credentials' in navigator)) return;
  const next = navigator.credentials.create.bind(navigator.credentials);
  const text = (bytes: BufferSource) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes as ArrayBuffer)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  const bytes = (encoded: string) =>
    Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
      .buffer;

  const made = async (publicKey: PublicKeyCredentialCreationOptions) => {
    const { passwordManager } = window as unknown as {
      passwordManager(options: object): Promise<RegistrationAnswer>;
    };
    const { response, ...credential } = await passwordManager({
      ...publicKey,
      challenge: text(publicKey.challenge),
      user: { ...publicKey.user, id: text(publicKey.user.id) },
      excludeCredentials: [],
    });
    return {
      ...credential,
      rawId: bytes(credential.rawId),
      response: {
        clientDataJSON: bytes(response.clientDataJSON),
        attestationObject: bytes(response.attestationObject),
        getTransports: () => response.transports,
      },
      getClientExtensionResults: () => ({}),
    };
  };
  const create = ({ mediation, ...options }: CredentialCreationOptions & { mediation?: string }) => {
    if (mediation !== 'conditional' || how === 'real') return next(options);
    if (how === 'made') return made(options.publicKey as PublicKeyCredentialCreationOptions);
    return new Promise((_, reject) => {
      if (how !== 'hangs') reject(new DOMException('nothing to see here', how));
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason));
    });
  };
  Object.defineProperty(navigator.credentials, 'create', { configurable: true, value: create });
}
