/** A passkey service that lies: whatever is wrong with its token, nobody is signed in. */
import type { JWK } from 'jose';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { type PasskeyService, startPasskeyService } from '../support/passkey-service.ts';
import { rowCounts } from '../support/request.ts';
import {
  type Claims,
  rsaPair,
  type SigningPair,
  signed,
  signedWithPublicKey,
  turnAgainstUs,
  unsigned,
} from '../support/token-forger.ts';
import { createVisitor } from '../support/visitor.ts';

type Scene = { honest: Claims; own: SigningPair; foreign: SigningPair };
type Forgery = { token: (scene: Scene) => string; keys?: (scene: Scene) => JWK[] };

const seconds = () => Math.floor(Date.now() / 1000);
const claiming = (changes: (honest: Claims) => Claims): Forgery => ({
  token: ({ honest, own }) => signed({ ...honest, ...changes(honest) }, own),
});

const forgeries: Record<string, Forgery> = {
  'is signed with a key that was never published': {
    token: ({ honest, foreign }) => signed(honest, foreign),
  },
  'is signed with the public key as an HS256 secret': {
    token: ({ honest, own }) => signedWithPublicKey(honest, own),
  },
  'is not signed': {
    token: ({ honest, own }) => `${unsigned({ alg: 'none', kid: own.publicJwk.kid }, honest)}.`,
  },
  'brings its own key': {
    token: ({ honest, foreign }) => {
      const content = unsigned({ alg: 'RS256', jwk: foreign.publicJwk }, honest);
      return `${content}.${signed(honest, foreign).split('.')[2]}`;
    },
  },
  'has expired': claiming(() => ({ exp: seconds() - 10 })),
  'never expires': claiming(() => ({ exp: undefined })),
  'does not say when it was issued': claiming(() => ({ iat: undefined })),
  'was issued in the future': claiming(() => ({ iat: seconds() + 30 })),
  'is about another person': claiming(() => ({ sub: '00000000-0000-4000-8000-000000000000' })),
  'is signed with an algorithm that is not ours, by a key that names none': {
    token: ({ honest, own }) => signed(honest, own, 512),
    keys: ({
      own: {
        publicJwk: { alg, ...key },
      },
    }) => [key],
  },
  'is signed with one of two keys of the same name': {
    token: ({ honest, own }) => signed(honest, own),
    keys: ({ own, foreign }) => [own.publicJwk, { ...foreign.publicJwk, kid: String(own.publicJwk.kid) }],
  },
  'is no token': { token: () => 'not-even-a-jwt' },
};

describe('a token of the passkey service', () => {
  const authenticator = createAuthenticator();
  let service: PasskeyService;
  let home: TestApp;
  let running: TestApp;
  /** Knows the key of its own that is published. */
  let usual: TestApp;
  const begin = () => startApp({ env: service.env, database: home.database });
  let pairs: Omit<Scene, 'honest'>;
  let identity: { sub: string; cred: string };

  beforeAll(async () => {
    pairs = {
      own: await rsaPair('own'),
      foreign: await rsaPair('foreign'),
    };
    service = await startPasskeyService();
    home = await startApp({ env: service.env });
    const visitor = createVisitor(home, authenticator);
    await visitor.signIn();
    const { id: cred } = (await visitor.createPasskey()).body.passkey;
    const { id: sub } = await home.database.db('users').where({ email: person.email }).first();
    identity = { sub, cred };
    usual = await begin();
    return async () => {
      await usual.close();
      await home.close();
      await service.stop();
    };
  });

  beforeEach(() => {
    running = usual;
    running.log.length = 0;
  });

  async function signInAnsweredWith({ token, keys }: Forgery) {
    const scene = () => ({
      ...pairs,
      honest: { ...identity, aud: ['localhost'], iat: seconds(), exp: seconds() + 300 },
    });
    // Keys are cached: those of other keys meet an application that has seen none.
    if (keys) {
      running = await begin();
      onTestFinished(() => running.close());
    }
    const published = keys ? keys(scene()) : [pairs.own.publicJwk];
    let given = '';
    turnAgainstUs(service, published, () => {
      given = token(scene());
      return given;
    });
    const answer = await createVisitor(running, authenticator).signInWithPasskey();
    return { answer, given };
  }

  it('signs in when it is honest, and never reaches browser or log', async () => {
    const { answer, given } = await signInAnsweredWith(claiming(() => ({})));
    expect([answer.status, answer.body]).toEqual([200, { redirect: paths.dashboard }]);
    expect(given.split('.')).toHaveLength(3);
    expect(running.log.join()).not.toContain(given.split('.')[1]);
  });

  it.each(Object.entries(forgeries))(
    '[ASVS 6.8.2, 9.1.1, 9.1.2, 9.1.3] that %s signs nobody in',
    async (_name, forgery) => {
      const before = await rowCounts(home, ['sessions']);
      const { answer, given } = await signInAnsweredWith(forgery);
      expect([answer.status, answer.body.code]).toEqual([401, 'not_verified']);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(await rowCounts(home, ['sessions'])).toEqual(before);
      const lines = running.log.filter((line) => line.includes('"event":"passkey_token_rejected"'));
      expect(lines).toHaveLength(1);
      expect(given).not.toBe('');
      expect(running.log.join()).not.toContain(given);
    },
  );
});
