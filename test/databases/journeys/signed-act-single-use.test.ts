/** Fifty who finish one signed act at the same moment, in one process and in two; and an owner who signs it twice at once. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../../src/paths.ts';
import type { TestApp } from '../../support/app.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { cheapHash } from '../../support/cheap-hash.ts';
import type { Answer } from '../../support/request.ts';
import { cookiesOf, jsonType, send, signedInCookie } from '../../support/request.ts';
import { signUrlOf } from '../../support/signing.ts';
import { registered } from '../../support/step-up.ts';
import { startTwice } from '../../support/two-processes.ts';
import { createWire } from '../../support/wire.ts';

const crowd = 50;
const authenticator = createAuthenticator();
const wire = createWire();
let first: TestApp;
let second: TestApp;
let cookie: string;

beforeAll(async () => {
  const both = await startTwice({ wrapTransport: wire.wrapTransport });
  ({ first, second } = both);
  await registered(first, await signedInCookie(first), authenticator);
  await registered(first, await signedInCookie(first), createAuthenticator());
  return both.close;
});
beforeEach(async () => {
  const { db } = first.database;
  for (const table of ['sessions', 'signed_acts', 'activity']) await db(table).delete();
  await db('users').update({ password_hash: await cheapHash('analytical-engine-1843') });
  cookie = await signedInCookie(first);
});

function post(running: TestApp, url: string, Cookie: string, body: object): Promise<Answer> {
  return send(running, url, { method: 'POST', headers: { ...jsonType, Cookie }, body: JSON.stringify(body) });
}

async function begin() {
  const page = await send(first, paths.removePassword, { headers: { Cookie: cookie } });
  const url = signUrlOf(page.text);
  const answer = await post(first, url, cookie, { start: true });
  const credential = authenticator.get(JSON.parse(answer.text).loginOptions, first.origin);
  return { url, cookie: `${cookie}; ${cookiesOf(answer)}`, credential };
}

const told = async () =>
  first.database.db('activity').where({ event: 'password_removed' }).sum({ times: 'times' });
const kept = async () => (await first.database.db('signed_acts').select()).length;
const codes = (answers: Answer[]) => [...new Set(answers.map(({ text }) => JSON.parse(text).code))];

describe.each([
  ['one process', () => [first]],
  ['two processes', () => [first, second]],
])('[ASVS 2.3.4] fifty simultaneous finishes of one signed act in %s', (_name, processes) => {
  it('have one success, one call of the service, one record and one entry', async () => {
    const { url, cookie: ceremony, credential } = await begin();
    wire.calls.length = 0;
    const answers = await Promise.all(
      Array.from({ length: crowd }, (_, index) =>
        post(processes()[index % processes().length] as TestApp, url, ceremony, { finish: true, credential }),
      ),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(codes(answers.filter(({ status }) => status !== 200))).toEqual(['challenge_expired']);
    expect(wire.calls.filter((call) => call === 'POST transaction/finalize')).toHaveLength(1);
    expect(await kept()).toBe(1);
    expect(Number((await told())[0]?.times)).toBe(1);
  });
});

it('of two signatures at once, each with a challenge of its own, one is done', async () => {
  const both = [await begin(), await begin()];
  const answers = await Promise.all(
    both.map(({ url, cookie: ceremony, credential }, index) =>
      post(index === 0 ? first : second, url, ceremony, { finish: true, credential }),
    ),
  );
  const redirects = answers.map(({ text }) => JSON.parse(text).redirect);
  expect(redirects.filter((redirect) => redirect === paths.security)).toHaveLength(1);
  expect(await kept()).toBe(1);
  expect(Number((await told())[0]?.times)).toBe(1);
});
