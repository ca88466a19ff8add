/** A walk through everything that is logged, and every secret that was used on the way. */
import { paths } from '../../src/paths.ts';
import { withoutTable } from './answers.ts';
import { person, startApp, type TestApp } from './app.ts';
import { walkThroughProofs } from './canary-proofs.ts';
import { walkThroughSecondStep } from './canary-second-step.ts';
import { formType, jsonType, send } from './request.ts';
import { keep, keepCookies, keepTexts } from './secrets.ts';
import { createVisitor } from './visitor.ts';

/** The application, with every answer of the passkey service looked through for tokens. */
export async function startWithCanaries(): Promise<TestApp> {
  const running = await startApp({
    wrapTransport: (transport) => {
      keep('the API key', transport.apiKey);
      return {
        ...transport,
        fetch: async (url, init) => {
          const answer = await transport.fetch(url, init);
          const text = await answer.text();
          if (text.includes('"token"')) keep('a token', JSON.parse(text).token);
          return new Response(text || null, answer);
        },
      };
    },
  });
  keep('a password', person.password);
  keep('an email address', person.email);
  for (const key of running.config.secretKeys) keep('a secret key', key);
  await walk(running);
  await walkThroughProofs(running);
  await walkThroughSecondStep(running);
  await breakThings(running);
  return running;
}

/** The main job, and one of every refusal in it that is an event. */
async function walk(running: TestApp): Promise<void> {
  const visitor = createVisitor(running);
  keep('a wrong password', 'wrong-password-of-ada');
  await visitor.signIn({ ...person, password: 'wrong-password-of-ada' });
  keepCookies(await visitor.signIn({ ...person, return_to: '/dashboard?private=query-of-ada' }));
  keep('a query', 'query-of-ada');
  await visitor.get('/dashboard?private=query-of-ada');

  const registration = await visitor.registrationAnswer();
  keepCookies(registration.start);
  keep('a challenge', registration.start.body.createOptions.publicKey.challenge);
  keepTexts('a part of a credential', (registration.credential as { response: object }).response);
  const finish = { finish: true, credential: registration.credential };
  const { id } = (await visitor.postJson(paths.passkeyRegistration, finish)).body.passkey;
  await visitor.postJson(paths.passkeyRegistration, finish);
  keep('a name', 'Name-of-ada’s-key');
  await visitor.postForm(paths.renamePasskey(id), { name: 'Name-of-ada’s-key' });
  await visitor.signOut();

  const { start, credential } = await visitor.signInAnswer();
  keep('a challenge', start.body.loginOptions.publicKey.challenge);
  keepTexts('a part of an assertion', (credential as { response: object }).response);
  keepCookies(await visitor.postJson(paths.passkeyLogin, { finish: true, credential }));
  const forged = (await visitor.signInAnswer()).credential as { response: Record<string, string> };
  forged.response.signature = Buffer.from('forged-signature-of-ada').toString('base64url');
  keep('a signature', forged.response.signature);
  await visitor.postJson(paths.passkeyLogin, { finish: true, credential: forged });
  await visitor.postForm(paths.deletePasskey(id));

  await visitor.postForm(paths.login, person).set('Sec-Fetch-Site', 'cross-site');
  await visitor.postJson(paths.passkeyLogin, { finish: true, start: true, credential: 'canary-in-bad-json' });
  await send(running, paths.passkeyLogin, {
    method: 'POST',
    headers: jsonType,
    body: '{"x":"canary-in-broken-json',
  });
  await send(running, paths.login, {
    method: 'POST',
    headers: formType,
    body: 'password=canary-in-broken-form%FF',
  });
  keep('a bad body', 'canary-in-bad-json');
  keep('a broken body', 'canary-in-broken-json');
  keep('a broken form', 'canary-in-broken-form');
  for (let failure = 0; failure < 11; failure++)
    await visitor.signIn({ email: 'who@example.com', password: 'wrong-12345' });
  keep('an unknown address', 'who@example.com');
  keep('a wrong password', 'wrong-12345');
}

/** Faults of ours, whose details go to the log. */
async function breakThings(running: TestApp): Promise<void> {
  await withoutTable(running, 'users', () => createVisitor(running).signIn());
  await withoutTable(running, 'sessions', () => createVisitor(running).signIn());
  await withRefusingSessions(running, () => createVisitor(running).signIn());
}

/** A fault whose details, on PostgreSQL, have the whole refused row in them. */
async function withRefusingSessions(running: TestApp, act: () => PromiseLike<unknown>): Promise<void> {
  const { db } = running.database;
  keep('a user id', (await db('users').first('id')).id);
  await withoutTable(running, 'sessions', async () => {
    await db.schema.createTable('sessions', (table) => {
      for (const column of ['id_hash', 'user_id', 'created_at', 'expires_at']) table.string(column);
      table.text('data').checkLength('<', 1);
    });
    await act();
    await db.schema.dropTable('sessions');
  });
}
