/** Fifty who finish one step-up at the same moment, in one process and in two. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { ageProofs, sessionsOf } from '../../support/aged-session.ts';
import type { TestApp } from '../../support/app.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { cookiesOf, rowCounts, send, signedInCookie } from '../../support/request.ts';
import { finishStepUp, registered, startStepUp } from '../../support/step-up.ts';
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
  return both.close;
});
beforeEach(async () => {
  await first.database.db('sessions').delete();
  cookie = await signedInCookie(first);
  await ageProofs(first, 3_600);
});

const successes = () =>
  [...first.log, ...second.log].map((line) => JSON.parse(line)).filter(({ event }) => event === 'step_up');

describe.each([
  ['one process', () => [first]],
  ['two processes', () => [first, second]],
])('[ASVS 2.3.4] fifty simultaneous finishes of one step-up in %s', (_name, processes) => {
  it('have one success, one call of the service and one session with one new id', async () => {
    const ceremony = await startStepUp(first, cookie);
    const assertion = authenticator.get(ceremony.options, first.origin);
    const [rows, [session], told] = [await rowCounts(first), await sessionsOf(first), successes().length];
    wire.calls.length = 0;
    const answers = await Promise.all(
      Array.from({ length: crowd }, (_, index) =>
        finishStepUp(processes()[index % processes().length] as TestApp, ceremony.cookie, assertion),
      ),
    );

    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    // Whoever comes when the id has changed already is no longer signed in with the old one.
    const others = answers.filter(({ status }) => status !== 200);
    const codes = new Set(others.map(({ status, text }) => `${status} ${JSON.parse(text).code}`));
    codes.delete('401 signed_out');
    expect([...codes]).toEqual(['409 challenge_expired']);
    for (const { headers } of others) expect(headers['set-cookie']).toBeUndefined();
    expect(wire.calls.filter((call) => call === 'POST login/finalize')).toHaveLength(1);
    expect(successes()).toHaveLength(told + 1);

    const renewed = cookiesOf(won[0] as (typeof won)[0]);
    const after = await sessionsOf(first);
    expect(after).toHaveLength(1);
    expect(after[0]?.id_hash).not.toBe(session?.id_hash);
    expect(await rowCounts(first)).toEqual({ ...rows, used_challenges: (rows.used_challenges ?? 0) + 1 });
    const statuses = await Promise.all(
      [cookie, renewed].map((Cookie) => send(second, paths.dashboard, { headers: { Cookie } })),
    );
    expect(statuses.map(({ status }) => status)).toEqual([303, 200]);
  });
});

describe('two step-ups at once, each with a challenge of its own', () => {
  it('end in one session, and only the cookie of the first is worth something', async () => {
    const told = successes().length;
    const [one, other] = [await startStepUp(first, cookie), await startStepUp(first, cookie)];
    const finishes = [one, other].map(({ cookie: ceremony, options }) =>
      finishStepUp(first, ceremony, authenticator.get(options, first.origin)),
    );
    const renewed = (await Promise.all(finishes)).map(cookiesOf).filter((set) => /session=/.test(set));
    expect(renewed).toHaveLength(1);
    expect(successes()).toHaveLength(told + 1);
    expect(await sessionsOf(first)).toHaveLength(1);
    const answer = await send(second, paths.dashboard, { headers: { Cookie: renewed[0] ?? '' } });
    expect(answer.status).toBe(200);
  });
});
