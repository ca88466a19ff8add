import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pseudonym } from '../../src/logger.ts';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { eventsOf } from '../support/log.ts';
import { eve } from '../support/person.ts';
import { formType, send, signedInCookie } from '../support/request.ts';
import { owningPasskey, signedIn } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: TestApp;
let cookie: string;
let owner: Visitor;
const ids: Record<string, string> = {
  unknown: 'A'.repeat(22),
  malformed: 'not%20an%20id',
  long: 'A'.repeat(1_400),
};

beforeAll(async () => {
  running = await startApp();
  await running.createAccount(eve.email, eve.password);
  owner = createVisitor(running);
  ids.foreign = await owningPasskey(running, owner);
  const other = createVisitor(running);
  ids.deleted = await owningPasskey(running, other, eve);
  await other.postForm(paths.deletePasskey(ids.deleted as string));
  cookie = await signedInCookie(running, eve);
});
afterAll(() => running.close());

const requests: Record<string, (id: string) => Promise<unknown>> = {
  'GET rename': (id) => ask('GET', `/passkeys/${id}/rename`),
  'GET delete': (id) => ask('GET', `/passkeys/${id}/delete`),
  'POST rename': (id) => ask('POST', `/passkeys/${id}/rename`, 'name=Mine'),
  'POST rename with a bad name': (id) => ask('POST', `/passkeys/${id}/rename`, 'name='),
  'POST delete': (id) => ask('POST', `/passkeys/${id}/delete`, ''),
};

/** The whole answer but its date. */
async function ask(method: string, path: string, body?: string) {
  const headers = { ...(body === undefined ? {} : formType), Cookie: cookie };
  const { status, headers: told, text } = await send(running, path, { method, headers, body });
  const { date: _, ...rest } = told;
  return { status, headers: Object.entries(rest), text };
}

const credentials = () => running.database.db('passkey_api_credentials').select();

describe("[ASVS 8.2.2] somebody else's passkey", () => {
  it.each(Object.entries(requests))(
    'is the same 404 as one that is not there, byte for byte: %s',
    async (_, request) => {
      const before = await credentials();
      const answers = [];
      for (const id of Object.values(ids)) answers.push(await request(id));
      expect(answers).toHaveLength(5);
      expect(answers[0]).toMatchObject({
        status: 404,
        text: expect.stringContaining('There is no such passkey.'),
      });
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(await credentials()).toEqual(before);
    },
  );

  it('[ASVS 16.3.2] is told in the log with who asked for it, and what is not there is not', async () => {
    const told = eventsOf(running, 'ownership_refused').length;
    for (const id of Object.values(ids)) await requests['POST rename']?.(id);
    const { id } = await running.database.db('users').where({ email: eve.email }).first('id');
    const events = eventsOf(running, 'ownership_refused').slice(told);
    expect(events).toMatchObject([
      { outcome: 'refused', user: pseudonym(id), reason: "somebody else's passkey", address: '127.0.0.1' },
    ]);
    expect(JSON.stringify(events)).not.toContain(ids.foreign);
  });

  it('is not listed, and still signs its owner in', async () => {
    const { text } = await send(running, paths.dashboard, { headers: { Cookie: cookie } });
    expect(text).not.toContain(ids.foreign);
    await owner.signOut();
    const answer = await owner.signInWithPasskey();
    expect([answer.status, answer.body.redirect]).toEqual([200, paths.dashboard]);
  });

  it('is not excluded when a passkey is created, so that nobody learns of it', async () => {
    const visitor = createVisitor(running);
    await signedIn(running, visitor, eve);
    const { start } = await visitor.registrationAnswer();
    expect(JSON.stringify(start.body)).not.toContain(ids.foreign);
  });
});
