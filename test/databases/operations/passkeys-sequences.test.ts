/** No sequence of what a person does with their passkeys leaves them without a way in. SEED begins somewhere else. */
import { beforeAll, expect, it } from 'vitest';
import { type Actor, createActor, place } from '../../support/acting.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import { cheapHash } from '../../support/cheap-hash.ts';
import { withOuter } from '../../support/credential-surgery.ts';
import { numbers } from '../../support/numbers.ts';
import { outcomeOf } from '../../support/passkeys.ts';
import { unattended } from '../../support/upgrade.ts';

const steps = 16;
const mostPasskeys = 5;
const firstSeed = Number(process.env.SEED ?? 1);
const seeds = Array.from({ length: 3 }, (_, index) => firstSeed + index);

/** No mail is sent here, so that a confirmed address opens nothing. */
let running: TestApp;
let hash: string;
beforeAll(async () => {
  running = await startApp();
  hash = await cheapHash('chosen-for-these-tests');
  return () => running.close();
});

type Life = { actor: Actor; random: (below: number) => number };

/** Read from the tables: what is left to sign in with, and all passkeys, the dependent and the held ones too. */
async function stateOf({ userId }: Actor) {
  const { db } = running.database;
  const user = await db('users').where({ id: userId }).first('password_hash', 'passkeys_held_at');
  const ids: string[] = await db('passkey_api_credentials')
    .where({ user_id: userId })
    .orderBy('id')
    .pluck('id');
  const records = await db('passkey_records').where({ user_id: userId }).select();
  const recordOf = (id: string) => records.find(({ credential_id }) => credential_id === id);
  const isHeld = (id: string) =>
    user.passkeys_held_at !== null && recordOf(id)?.created_at <= user.passkeys_held_at;
  const isDependent = (id: string) => [false, 0].includes(recordOf(id)?.discoverable);
  const alone = ids.filter((id) => !isDependent(id));
  const opening = alone.filter((id) => !isHeld(id));
  const reliable = opening.filter((id) => Boolean(recordOf(id)?.vouched));
  return { hasPassword: user.password_hash !== null, ids, alone, opening, reliable };
}

async function add({ actor }: Life, unasked: boolean, authenticator: Authenticator, results: object) {
  const { passkeys, operations } = running.app;
  const who = await actor.person();
  // Somebody signs in anew for each automatic one: there is one for each sign-in.
  await running.database.db('used_challenges').delete();
  const { options, ticket } = unasked
    ? await passkeys.beginUpgrade(who, Date.now() + 60_000, place)
    : await passkeys.beginRegistration(who, undefined, place);
  const answer = withOuter(authenticator.create(options, running.origin), {
    clientExtensionResults: results,
  });
  const registered = await passkeys.register(who, answer, [ticket], place.device, place);
  await operations.addPasskey(who, registered, place);
}

const remove = ({ requester }: Actor, id: string) =>
  outcomeOf(running.app.operations.deletePasskey(requester, id, true, place));

/** What may happen; each says what it was, for whoever reads of a failure. */
const acts: ((life: Life) => Promise<string>)[] = [
  async (life) => {
    if ((await stateOf(life.actor)).ids.length >= mostPasskeys) return 'had enough';
    const rk = [undefined, true, false][life.random(3)];
    await add(life, false, createAuthenticator(), rk === undefined ? {} : { credProps: { rk } });
    return `created, discoverable ${rk}`;
  },
  async (life) => {
    if ((await stateOf(life.actor)).ids.length >= mostPasskeys) return 'had enough';
    await add(life, true, unattended(), {});
    return 'upgraded';
  },
  async ({ actor, random }) => {
    const { ids, opening, hasPassword } = await stateOf(actor);
    const id = ids[random(ids.length)];
    if (!id) return 'had none';
    const isLast = !hasPassword && opening.every((other) => other === id);
    const outcome = await remove(actor, id);
    expect(outcome).toBe(isLast ? 'last_way_in' : 'done');
    return `deleted one: ${outcome}`;
  },
  async ({ actor }) => {
    const { ids } = await stateOf(actor);
    const outcomes = await Promise.all(ids.map((id) => remove(actor, id)));
    for (const outcome of outcomes) expect(['done', 'last_way_in']).toContain(outcome);
    return `deleted all at once: ${outcomes}`;
  },
  async ({ actor, random }) => {
    const { ids } = await stateOf(actor);
    const some = [ids[random(ids.length)], ids[random(ids.length)], 'A'.repeat(22)];
    const outcomes = await Promise.all(some.map((id = 'B'.repeat(22)) => remove(actor, id)));
    for (const outcome of outcomes) expect(['done', 'last_way_in', 'not_found']).toContain(outcome);
    return `deleted two at once, and one that is not there: ${outcomes}`;
  },
  async ({ actor }) => {
    const { hasPassword, reliable } = await stateOf(actor);
    const answer = await running.app.operations.removePassword(actor.requester, actor.typing, place);
    const removed = answer !== null && typeof answer === 'object';
    expect(removed).toBe(hasPassword && reliable.length >= 2);
    return `removed the password: ${removed}`;
  },
  async ({ actor, random }) => {
    if (random(3) > 0) return 'set no password';
    await running.app.operations.changePassword(actor.requester, hash, place);
    return 'set a password';
  },
  async ({ actor, random }) => {
    // Only whoever has another way in has come back by it.
    if (!(await stateOf(actor)).hasPassword || random(3) > 0) return 'secured nothing';
    const passkeys_held_at = new Date().toISOString();
    await running.database.db('users').where({ id: actor.userId }).update({ passkeys_held_at });
    return 'held all passkeys';
  },
  async ({ actor, random }) => {
    const { ids, alone, hasPassword } = await stateOf(actor);
    const unknown = ids.filter(() => random(2) === 0);
    const closes = !hasPassword && alone.every((id) => unknown.includes(id));
    const outcome = await outcomeOf(running.app.operations.reviewPasskeys(actor.requester, unknown, place));
    expect(outcome).toBe(closes ? 'last_way_in' : 'done');
    return `looked through: ${outcome}`;
  },
];

it.each(seeds)('a life that begins with %i has a way in after every step', async (seed) => {
  const life: Life = { actor: await createActor(running), random: numbers(seed) };
  const story: string[] = [];
  for (let step = 0; step < steps; step++) {
    story.push((await acts[life.random(acts.length)]?.(life)) ?? '');
    const { hasPassword, opening } = await stateOf(life.actor);
    expect(opening.length + Number(hasPassword), story.join('\n')).toBeGreaterThan(0);
  }
});
