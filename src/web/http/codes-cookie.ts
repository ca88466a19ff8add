/**
 * New recovery codes on their way from the form that made them to the page that shows them, once. No row has them in clear:
 * they travel in a cookie that only this application can read (RFC 7516, A256GCM) and only the sign-in that made them can
 * use. Decides nothing.
 */
import { hkdfSync } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import * as z from 'zod';
import type { AppContext } from './context.ts';
import { clearCookie, readCookie, setCookie } from './cookies.ts';

/** Seconds: a browser follows a redirect at once. */
const lifetime = 60;

const cipher = 'A256GCM';
const payload = z.object({ codes: z.array(z.string()) });

export type CodesCookie = ReturnType<typeof createCodesCookie>;

/** @param secretKey of the settings, the one that signs */
export function createCodesCookie(secretKey: string, secure: boolean) {
  const key = new Uint8Array(hkdfSync('sha256', secretKey, '', 'recovery-codes', 32));

  return {
    /** @param signInId of whoever made them: in another sign-in they are not shown */
    async keep(ctx: AppContext, codes: readonly string[], signInId: string): Promise<void> {
      const value = await new EncryptJWT({ codes })
        .setProtectedHeader({ alg: 'dir', enc: cipher })
        .setSubject(signInId)
        .setExpirationTime(`${lifetime}s`)
        .encrypt(key);
      setCookie(ctx, 'codes', value, secure, { sameSite: 'strict', maxAge: lifetime * 1_000 });
    },

    /** The codes that have just been made in this sign-in, or null; they are there once. */
    async take(ctx: AppContext, signInId: string): Promise<string[] | null> {
      const value = readCookie(ctx, 'codes', secure);
      if (value === undefined) return null;
      // Whoever asks for the head alone does not see them.
      if (ctx.method !== 'HEAD') clearCookie(ctx, 'codes', secure);
      return read(value, signInId);
    },
  };

  async function read(value: string, subject: string): Promise<string[] | null> {
    const only = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: [cipher], subject };
    try {
      const { payload: claims } = await jwtDecrypt(value, key, { ...only, requiredClaims: ['exp'] });
      return payload.parse(claims).codes;
    } catch {
      return null;
    }
  }
}
