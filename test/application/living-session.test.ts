/**
 * Nobody acts in a session that has ended, however long the request was under way: a body that was held open, a queue, a
 * slow passkey API. The session is there when the act happens, or nothing happens.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Operations } from '../../src/operations/operations.ts';
import { type Actor, createActor, newBrowser, place } from '../support/acting.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { everythingKept } from '../support/failing-writes.ts';
import {
  isRefusal,
  operationNames,
  operationScenarios,
  type Scenario,
  withoutSession,
} from '../support/operation-scenarios.ts';
import { forgetEverybody } from '../support/tables.ts';

let running: TestApp;
let scenarios: Record<keyof Operations, Scenario>;
beforeAll(async () => {
  running = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
  scenarios = await operationScenarios(running);
});
afterAll(() => running.close());
// What others have kept would be compared each time.
beforeEach(() => forgetEverybody(running.database.db));

/** What may go without anything having been done: a passkey that is not taken in, a link that is void. */
const undone = { pending_deletions: [], passkey_records: [], account_tokens: [] };

/** Whatever ends the session of an actor, from elsewhere. */
const enders: Record<string, (actor: Actor) => Promise<unknown>> = {
  'signed out': ({ requester }) => running.app.operations.signOut(requester, place),
  'ended the other sessions': async (actor) => {
    return running.app.operations.endOtherSessions(await actor.comeElsewhere(), place);
  },
  'changed the password elsewhere': async (actor) => {
    const elsewhere = await actor.comeElsewhere();
    const { password_hash } = await running.database.db('users').where({ id: actor.userId }).first();
    return running.app.operations.changePassword(elsewhere, password_hash, place);
  },
  'reset the password': async (actor) => {
    await running.app.operations.requestReset(actor.email, place);
    const secret = await actor.newestLink('reset-password');
    return running.app.operations.resetPassword(secret, null, newBrowser, '', place);
  },
  'secured the account': async (actor) => {
    await running.app.operations.requestEmailChange(actor.requester, `other-${actor.email}`, place);
    return running.app.operations.secureAccount(await actor.newestLink('lockdown'), place);
  },
};

const asksMore = (name: keyof Operations): boolean =>
  /^(confirm|turnOff|removePassword|deleteAccount)/.test(name);

/**
 * Whether the session lives is looked at in two places, `lockAccountOf` and `addPasskey`: one operation of each meets every
 * way of ending it. The others meet the plainest, which shows that they look at all.
 */
const endersFor = (name: keyof Operations) =>
  ['changePassword', 'addPasskey'].includes(name) ? Object.keys(enders) : ['signed out'];

describe.each(operationNames.filter((name) => !withoutSession.includes(name)))('%s', (name) => {
  it.each(endersFor(name))('does nothing for who has %s meanwhile', async (which) => {
    const actor = await createActor(running);
    const act = await scenarios[name](actor);
    await enders[which]?.(actor);
    const before = await everythingKept(running.database.db);
    const answered = act().then((answer) => (isRefusal(answer) ? 'refused' : 'done'));
    const outcome = await answered.catch(({ code, message }) => code ?? message);
    // What also needs a link or a password hears of that first.
    expect(['signed_out', ...(asksMore(name) ? ['refused'] : [])]).toContain(outcome);
    const after = await everythingKept(running.database.db);
    expect({ ...after, ...undone }).toEqual({ ...before, ...undone });
  });
});
