/** One real request for each status that the application answers with, for what must hold on all of them. */
import { paths } from '../../src/paths.ts';
import { ageProofs } from './aged-session.ts';
import { person, type TestApp } from './app.ts';
import { createAuthenticator } from './authenticator.ts';
import { type Answer, cookiesOf, formType, jsonType, send, type Wording } from './request.ts';

const event = '{"ceremony":"sign-in","errorName":"NotAllowedError","ms":1}';

/** @param more headers for every request, such as what a proxy adds */
export function everyAnswer(running: TestApp, more: Record<string, string> = {}) {
  const ask = (path: string, { headers, ...wording }: Wording = {}) =>
    send(running, path, { ...wording, headers: { ...more, ...headers } });
  const post = (path: string, headers: Record<string, string>, body: string) =>
    ask(path, { method: 'POST', headers, body });
  const signIn = (fields: Record<string, string>) =>
    post(paths.login, formType, new URLSearchParams(fields).toString());
  const session = async () => cookiesOf(await signIn(person));
  const confirm = (Cookie: string, password: string) =>
    post(paths.reauth, { ...formType, Cookie }, new URLSearchParams({ password }).toString());

  /** @returns its id */
  async function createPasskey(Cookie: string): Promise<string> {
    const start = await post(paths.passkeyRegistration, { ...jsonType, Cookie }, '{"start":true}');
    const { createOptions } = JSON.parse(start.text);
    const credential = createAuthenticator().create(createOptions, running.origin);
    const headers = { ...jsonType, Cookie: `${Cookie}; ${cookiesOf(start)}` };
    await post(paths.passkeyRegistration, headers, JSON.stringify({ finish: true, credential }));
    return credential.id;
  }

  const answers: Record<string, () => Promise<Answer>> = {
    '200 for a guest': () => ask(paths.login),
    '200 for a probe': () => ask(paths.health),
    '200 for a ceremony': () => post(paths.passkeyLogin, jsonType, '{"start":true}'),
    '200 for a method question': () => ask(paths.login, { method: 'OPTIONS' }),
    '200 for a step-up': async () => ask(paths.reauth, { headers: { Cookie: await session() } }),
    '200 for signals': async () => ask(paths.passkeySignals, { headers: { Cookie: await session() } }),
    '200 for the question of a program': () => ask(paths.passkeyEndpoints),
    '204 for an event': () => post(paths.passkeyEvents, jsonType, event),
    '303 to the sign-in page': () => ask(paths.dashboard),
    '303 after sign-in': () => signIn(person),
    '303 to the second step': async () => ask(paths.verifySignIn),
    '303 after a step-up': async () => confirm(await session(), person.password),
    '400 for JSON': () => post(paths.passkeyLogin, jsonType, '{'),
    '401 for the second step': () => post(paths.secondFactorLogin, jsonType, '{"start":true}'),
    '401 for JSON': () => post(paths.passkeyRegistration, jsonType, '{"start":true}'),
    '403 for a page': () => post(paths.login, { ...formType, 'Sec-Fetch-Site': 'cross-site' }, 'a=b'),
    '403 for JSON': () => post(paths.passkeyLogin, { ...jsonType, Origin: 'null' }, '{"start":true}'),
    '403 for whoever proved nothing lately': async () => {
      const Cookie = await session();
      await ageProofs(running, 3_600);
      return post(paths.passkeyRegistration, { ...jsonType, Cookie }, '{"start":true}');
    },
    '404 for a page': () => ask('/nowhere'),
    '404 for JSON': () => ask('/api/nowhere'),
    '405 for a page': () => ask(paths.login, { method: 'DELETE' }),
    '405 for JSON': () => ask(paths.passkeyLogin),
    '409 for JSON': () => post(paths.passkeyLogin, jsonType, '{"finish":true,"credential":{}}'),
    '409 for a page': async () => {
      const Cookie = await session();
      const id = await createPasskey(Cookie);
      return withoutPassword(running, () => post(paths.deletePasskey(id), { ...formType, Cookie }, ''));
    },
    '410 for a link that is gone': () => ask(paths.resetPassword('A'.repeat(22))),
    '200 for a file': async () => ask(paths.activityFile, { headers: { Cookie: await session() } }),
    '413 for a page': () => post(paths.login, formType, 'x'.repeat(20_000)),
    '413 for JSON': () => post(paths.passkeyLogin, jsonType, `{"x":"${'x'.repeat(70_000)}"}`),
    '415 for a page': () => post(paths.login, jsonType, '{}'),
    '415 for JSON': () => post(paths.passkeyLogin, formType, 'start=true'),
    '422 for a page': () => signIn({ email: person.email, password: 'wrong' }),
    '422 for a step-up': async () => confirm(await session(), 'wrong'),
    '429 for a page': () => throttled(() => signIn({ email: 'nobody@example.com', password: 'wrong' })),
    '500 for a page': () =>
      withoutTable(running, 'users', () => signIn({ ...person, email: 'x@example.com' })),
    '500 for JSON': async () => {
      const signedIn = { ...jsonType, Cookie: await session() };
      return withoutTable(running, 'users', () =>
        post(paths.passkeyRegistration, signedIn, '{"start":true}'),
      );
    },
    '503 for JSON': () =>
      withoutTable(running, 'passkey_api_challenges', () =>
        post(paths.passkeyLogin, jsonType, '{"start":true}'),
      ),
    '503 for signals': async () => {
      const headers = { Cookie: await session() };
      return withoutTable(running, 'passkey_api_credentials', () => ask(paths.passkeySignals, { headers }));
    },
    '503 for a probe': () => withoutTable(running, 'rate_limits', () => ask(paths.readiness)),
  };
  return { answers, ask, post };
}

async function throttled(attempt: () => Promise<Answer>): Promise<Answer> {
  for (let failures = 0; failures < 10; failures++) await attempt();
  return attempt();
}

/** Takes everybody's password away while something is asked. */
async function withoutPassword<T>({ database: { db } }: TestApp, act: () => Promise<T>): Promise<T> {
  const { password_hash } = await db('users').first('password_hash');
  await db('users').update({ password_hash: null });
  try {
    return await act();
  } finally {
    await db('users').update({ password_hash });
  }
}

/** Takes a table away while something is asked: a fault of ours that no check foresees. */
export async function withoutTable<T>(
  { database }: Pick<TestApp, 'database'>,
  table: string,
  act: () => Promise<T>,
): Promise<T> {
  await database.db.schema.renameTable(table, `${table}_away`);
  try {
    return await act();
  } finally {
    await database.db.schema.renameTable(`${table}_away`, table);
  }
}
