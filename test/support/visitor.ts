/** Somebody with a browser: cookies, forms, JSON and a passkey, over HTTP. Knows addresses only through `paths`. */
import supertest, { type Response } from 'supertest';
import { paths } from '../../src/paths.ts';
import { person, type TestApp } from './app.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';

export type Visitor = ReturnType<typeof createVisitor>;

export function createVisitor(
  { server, origin }: { server: TestApp['server'] | string; origin: string },
  authenticator: Authenticator = createAuthenticator(),
) {
  const agent = supertest.agent(server);
  const browserHeaders = { 'Sec-Fetch-Site': 'same-origin', Origin: origin };

  const get = (path: string) => agent.get(path).set('Accept', 'text/html');
  const postForm = (path: string, fields: Record<string, string> | string = {}) =>
    agent.post(path).set(browserHeaders).set('Accept', 'text/html').type('form').send(fields);
  const postJson = (path: string, body: unknown) =>
    agent
      .post(path)
      .set(browserHeaders)
      .set('Accept', 'application/json')
      .send(body as object);

  async function registrationAnswer(): Promise<{ start: Response; credential: object }> {
    const start = await postJson(paths.passkeyRegistration, { start: true });
    return { start, credential: authenticator.create(start.body.createOptions, origin) };
  }

  async function signInAnswer(): Promise<{ start: Response; credential: object }> {
    const start = await postJson(paths.passkeyLogin, { start: true });
    return { start, credential: authenticator.get(start.body.loginOptions, origin) };
  }

  return {
    agent,
    authenticator,
    get,
    postForm,
    postJson,
    signIn: (fields: Record<string, string> = person) => postForm(paths.login, fields),
    signOut: () => postForm(paths.logout),
    registrationAnswer,
    signInAnswer,
    createPasskey: async () => {
      const { credential } = await registrationAnswer();
      return postJson(paths.passkeyRegistration, { finish: true, credential });
    },
    signInWithPasskey: async (more: object = {}) => {
      const { credential } = await signInAnswer();
      return postJson(paths.passkeyLogin, { finish: true, credential, ...more });
    },
  };
}
