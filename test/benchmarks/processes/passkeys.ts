/**
 * The floor of both passkey ceremonies: SimpleWebAuthn makes the options and verifies the answer, jose signs a token with
 * RSA-3072 and verifies it, as Latchkey and its API do. Challenges and credentials are kept in memory: no database, no
 * session, no limits, no log.
 */
import { createServer } from 'node:http';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type WebAuthnCredential,
} from '@simplewebauthn/server';
import { generateKeyPair, jwtVerify, SignJWT } from 'jose';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';

const { ORIGIN: origin = '', PORT } = process.env;
const rpId = new URL(origin).hostname;
const { privateKey, publicKey } = await generateKeyPair('RS256', { modulusLength: 3072 });
const challenges = new Set<string>();
const credentials = new Map<string, WebAuthnCredential>();
const expected = {
  expectedChallenge: (challenge: string) => challenges.delete(challenge),
  expectedOrigin: origin,
  expectedRPID: rpId,
};

type Answered = { id: string; response: never; type: never; clientExtensionResults: never; rawId: string };

const steps: Record<string, (body: { name: string; credential: Answered }) => Promise<object>> = {
  '/register/start': async ({ name }) => {
    const options = await generateRegistrationOptions({ rpName: 'Floor', rpID: rpId, userName: name });
    challenges.add(options.challenge);
    return options;
  },
  '/register/finish': async ({ credential: response }) => {
    const { registrationInfo } = await verifyRegistrationResponse({ response, ...expected });
    if (!registrationInfo) throw new Error('not verified');
    credentials.set(registrationInfo.credential.id, registrationInfo.credential);
    return vouched(registrationInfo.credential.id);
  },
  '/login/start': async () => {
    const options = await generateAuthenticationOptions({ rpID: rpId });
    challenges.add(options.challenge);
    return options;
  },
  '/login/finish': async ({ credential: response }) => {
    const credential = credentials.get(response.id);
    if (!credential) throw new Error('not known');
    const { verified } = await verifyAuthenticationResponse({ response, ...expected, credential });
    if (!verified) throw new Error('not verified');
    return vouched(credential.id);
  },
};

/** The token of the passkey API, made by the one side and verified by the other. */
async function vouched(credentialId: string): Promise<object> {
  const token = await new SignJWT({ cred: credentialId })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuedAt()
    .setExpirationTime('5 minutes')
    .sign(privateKey);
  const { payload } = await jwtVerify(token, publicKey, { algorithms: ['RS256'] });
  return { credential: payload.cred };
}

const koa = new Koa();
koa.use(bodyParser());
koa.use(async (ctx) => {
  ctx.body = (await steps[ctx.path]?.(ctx.request.body as never)) ?? {};
});
createServer(koa.callback()).listen(Number(PORT), '127.0.0.1');
