/** What Hanko's answers look like, in its own field names. Knows shapes, not calls. */
import * as z from 'zod';
import { PasskeyServiceFault } from './service-errors.ts';

const challenge = z.string().regex(/^[\w-]{22,512}$/);
const timeout = z.number().int().positive();

/** Of a registration that starts. */
export const creationOptions = z.object({
  publicKey: z.looseObject({
    rp: z.looseObject({ id: z.string(), name: z.string() }),
    user: z.looseObject({ id: z.string(), name: z.string(), displayName: z.string() }),
    challenge,
    pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.number().int() })).min(1),
    authenticatorSelection: z.looseObject({ userVerification: z.string().optional() }).optional(),
    timeout,
  }),
});

/** Of a sign-in that starts. */
export const requestOptions = z.object({
  publicKey: z.looseObject({ challenge, timeout, rpId: z.string() }),
});

/** Of a sign-in that starts for one user. */
export const userRequestOptions = z.object({
  publicKey: requestOptions.shape.publicKey.extend({
    userVerification: z.string().optional(),
    allowCredentials: z.array(z.object({ type: z.literal('public-key'), id: z.string().min(1) })).min(1),
  }),
});

/** Of a ceremony that finished. */
export const tokenAnswer = z.object({ token: z.string().min(1).max(8_000) });

/** Only whether it is one: `token.ts` judges the keys. */
export const keySet = z.object({ keys: z.array(z.object({ kid: z.string() })).min(1) });

/** Of the list and of a single read. */
export const credential = z.object({
  id: z.string().min(1),
  name: z.string().optional(),
  aaguid: z.string(),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().optional(),
  backup_eligible: z.boolean(),
  backup_state: z.boolean(),
  is_mfa: z.boolean(),
  /** COSE_Key in base64url: all that it takes to verify what it has signed. */
  public_key: z.string().optional(),
  user_id: z.string(),
});

export type CreationOptions = z.infer<typeof creationOptions>['publicKey'];
export type RequestOptions = z.infer<typeof requestOptions>['publicKey'];
export type UserRequestOptions = z.infer<typeof userRequestOptions>['publicKey'];
/** A credential as Hanko lists it. */
export type ListedCredential = z.infer<typeof credential>;

/**
 * The answer as it was promised.
 *
 * @throws {PasskeyServiceFault} when it is anything else
 */
export function shaped<T>(schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (!result.success) throw new PasskeyServiceFault('shape', { cause: result.error });
  return result.data;
}
