/**
 * The outer shape of what a browser posts: which members are read, and what is sent on. Everything else that
 * `toJSON()` or a browser extension adds is dropped here. Judges no content.
 */
import * as z from 'zod';
import { encodedLength } from './base64url.ts';
import { demand } from './gate-refusal.ts';

/** The longest client data that is read, in bytes. */
export const longestClientData = 8192;

// Length first: a text that is too long must not be walked by anything else.
const binary = (bytes: number) => z.string().min(1).max(encodedLength(bytes), { abort: true });

/** Browsers and password managers spell what they have not got in three ways: empty, null, and not at all. */
const orAbsent = <T extends z.ZodType>(schema: T) => z.union([z.literal(''), schema]).nullish();

const credentialShape = {
  id: binary(1023), // WebAuthn Level 3, section 7.1, step 25
  rawId: binary(1023),
  type: z.literal('public-key'),
  // Unknown values count as absent (WebAuthn Level 3, section 5.1), so they are no reason to refuse.
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional().catch(undefined),
};

const registrationShape = z.object({
  ...credentialShape,
  response: z.object({
    clientDataJSON: binary(longestClientData),
    attestationObject: binary(32_768),
    transports: orAbsent(z.array(z.string().nullish()).max(32)),
  }),
});

const assertionShape = z.object({
  ...credentialShape,
  response: z.object({
    clientDataJSON: binary(longestClientData),
    authenticatorData: binary(4096),
    signature: binary(512),
    userHandle: orAbsent(binary(64)),
  }),
});

type CredentialJSON<Response> = {
  id: string;
  rawId: string;
  type: 'public-key';
  response: Response;
  clientExtensionResults: Record<string, never>;
  authenticatorAttachment?: 'platform' | 'cross-platform';
};

/** A registration as it is sent on: a new object with known members only. */
export type RegistrationJSON = CredentialJSON<{
  clientDataJSON: string;
  attestationObject: string;
  transports?: string[];
}>;

/** An assertion as it is sent on: a new object with known members only. */
export type AssertionJSON = CredentialJSON<{
  clientDataJSON: string;
  authenticatorData: string;
  signature: string;
  userHandle?: string;
}>;

/**
 * @param posted anything
 * @throws {GateRefusal} when a member is missing, too long or of another type
 */
export function parseRegistration(posted: unknown): RegistrationJSON {
  const parsed = registrationShape.safeParse(posted);
  demand(parsed.success, 'the credential is not shaped like a registration');
  const { response, ...rest } = parsed.data;
  const { transports: said, ...members } = response;
  const transports = knownTransports(said || []);
  return sendable(rest, transports.length > 0 ? { ...members, transports } : members);
}

/**
 * @param posted anything
 * @throws {GateRefusal} when a member is missing, too long or of another type; the user handle alone may be absent
 */
export function parseAssertion(posted: unknown): AssertionJSON {
  const parsed = assertionShape.safeParse(posted);
  demand(parsed.success, 'the credential is not shaped like an assertion');
  const { response, ...rest } = parsed.data;
  const { userHandle, ...members } = response;
  return sendable(rest, userHandle ? { ...members, userHandle } : members);
}

/** WebAuthn Level 3, section 10.1.3: what the client says of the credential it made. */
const extensionResults = z.object({
  clientExtensionResults: z.object({ credProps: z.object({ rk: z.boolean() }) }),
});

/**
 * @param posted a registration
 * @returns null when the client did not say; it is a hint, so nothing is refused for it
 */
export function readDiscoverable(posted: unknown): boolean | null {
  return extensionResults.safeParse(posted).data?.clientExtensionResults.credProps.rk ?? null;
}

function sendable<Response>(outer: z.infer<z.ZodObject<typeof credentialShape>>, response: Response) {
  const { authenticatorAttachment, ...members } = outer;
  return {
    ...members,
    response,
    clientExtensionResults: {},
    ...(authenticatorAttachment ? { authenticatorAttachment } : {}),
  };
}

/** New transports appear over time, so the word is free; its shape is not. Repeats make the Hanko server fail. */
function knownTransports(transports: (string | null | undefined)[]): string[] {
  const words = transports.filter((transport) => transport != null);
  return [...new Set(words)].filter((transport) => /^[a-z][a-z-]{0,31}$/.test(transport));
}
