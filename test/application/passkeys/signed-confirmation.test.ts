/** Signing what is to be done: the challenge is bound to it, the ticket to whoever asked, and the record verifies alone. */
import { createHash } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ActData, Person, SignedAct } from '../../../src/passkeys/passkeys.ts';
import type { Ticket } from '../../../src/passkeys/tickets.ts';
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import { withResponse } from '../../support/credential-surgery.ts';
import {
  outcomeOf,
  relyingParty,
  somebody,
  source,
  startPasskeys,
  type TestPasskeys,
} from '../../support/passkeys.ts';
import { rememberEverybody } from '../../support/tables.ts';
import { unattended } from '../../support/upgrade.ts';
import { brokenAnswer } from '../../support/wire.ts';

let running: TestPasskeys;
let ada: Person;
let laptop: Authenticator;
let own: string;
let act: ActData;
let again: () => Promise<void>;
const flags = { userPresent: true, userVerified: true };
beforeAll(async () => {
  running = await startPasskeys();
  ada = somebody();
  laptop = createAuthenticator({ flags });
  own = await running.create(ada, laptop);
  again = await rememberEverybody(running.database.db);
  return () => running.database.drop();
});
beforeEach(async () => {
  await again();
  Object.assign(laptop.flags, flags);
  act = {
    act: 'remove_password',
    account: ada.id,
    email: '<ada@example.com>',
    passkeys: { [own]: 'Laptop' },
  };
  running.wire.calls.length = 0;
});
afterEach(() => running.wire.mend());

const terms = (more: Partial<ActData> = {}) => ({ act: { ...act, ...more } as ActData });
const begin = async (more: Partial<ActData> = {}, person = ada) => {
  const { options, ticket } = await running.passkeys.beginConfirmation(person, terms(more));
  return { options: options as { publicKey: { challenge: string } }, ticket };
};
const finish = (credential: object, ticket: Ticket, more: Partial<ActData> = {}, person = ada) =>
  running.passkeys.confirmAct(person, terms(more), credential, [ticket], source);
async function signed(): Promise<SignedAct> {
  const { options, ticket } = await begin();
  return finish(laptop.get(options, relyingParty.origin), ticket);
}

describe('the options of a confirmation', () => {
  it('are those of a step-up, with a challenge that is bound to the act and its time', async () => {
    const { options, ticket } = await begin();
    expect(options.publicKey).toEqual({
      challenge: ticket.challenge,
      timeout: expect.any(Number),
      rpId: relyingParty.id,
      allowCredentials: [{ type: 'public-key', id: own }],
      userVerification: 'required',
    });
    const { transactionId = '', at = '' } = ticket.act ?? {};
    const data = `{"account":"${ada.id}","act":"remove_password","at":"${at}","email":"\\u003cada@example.com\\u003e","passkeys":{"${own}":"Laptop"}}`;
    const bound = createHash('sha256')
      .update(transactionId + data)
      .digest('hex');
    expect(Buffer.from(ticket.challenge, 'base64url').subarray(32).toString('hex')).toBe(bound);
  });

  it('come with a ticket for this purpose, act, person, sign-in and epoch', async () => {
    expect((await begin()).ticket).toMatchObject({
      purpose: 'confirmation',
      act: { name: 'remove_password' },
      userId: ada.id,
      signInId: ada.signInId,
      epoch: ada.epoch,
    });
  });

  it('are not given out when the service binds its challenge to something else', async () => {
    running.wire.after = async ({ path }, answer) => {
      if (path !== 'transaction/initialize') return answer;
      const { publicKey } = (await answer.json()) as { publicKey: object };
      const challenge = Buffer.alloc(64, 7).toString('base64url');
      return new Response(JSON.stringify({ publicKey: { ...publicKey, challenge } }));
    };
    expect(await outcomeOf(begin())).toBe('passkey_service_unavailable');
  });

  it('are asked for once more under another name when an answer is lost', async () => {
    let lost = 0;
    running.wire.after = ({ path }, answer) =>
      path === 'transaction/initialize' && lost++ === 0 ? brokenAnswer() : answer;
    expect(await outcomeOf(begin())).toBe('done');
    expect(running.wire.calls.filter((call) => call === 'POST transaction/initialize')).toHaveLength(2);
  });
});

describe('a signature', () => {
  it('says what was signed, and by which passkey', async () => {
    const { act: what, use, record } = await signed();
    expect(what).toEqual(act);
    expect(use).toMatchObject({ userId: ada.id, credentialId: own });
    expect(JSON.parse(record.data)).toEqual({ ...act, at: expect.stringMatching(/Z$/) });
  });

  it.each([
    ['the address has changed', { email: 'another@example.com' }],
    ['a passkey has come', { passkeys: { one: 'Laptop', another: 'Phone' } }],
    ['a passkey has gone', { passkeys: {} }],
    ['something was added', { second_factor: true }],
    ['the account is another', { account: 'another' }],
  ])('counts for nothing when %s', async (_, more) => {
    const { options, ticket } = await begin();
    const assertion = laptop.get(options, relyingParty.origin);
    running.wire.calls.length = 0;
    expect(await outcomeOf(finish(assertion, ticket, more))).toBe('act_changed');
    expect(running.wire.calls).toEqual([]);
    expect(running.events().at(-1)).toMatchObject({
      event: 'confirmation_refused',
      reason: 'something else was signed',
    });
    expect(await outcomeOf(finish(assertion, ticket))).toBe('challenge_expired');
  });

  it('counts for no other act, sign-in, person, epoch or browser, and only once', async () => {
    const { options, ticket } = await begin();
    const assertion = laptop.get(options, relyingParty.origin);
    const none = 'challenge_expired';
    expect(await outcomeOf(finish(assertion, ticket, { act: 'delete_account' }))).toBe(none);
    expect(await outcomeOf(finish(assertion, ticket, {}, { ...ada, signInId: 'another' }))).toBe(none);
    expect(await outcomeOf(finish(assertion, ticket, {}, { ...ada, epoch: 1 }))).toBe(none);
    expect(await outcomeOf(finish(assertion, ticket, {}, somebody('grace@example.com')))).toBe(none);
    const elsewhere = running.passkeys.confirmAct(ada, terms(), assertion, [], source);
    expect(await outcomeOf(elsewhere)).toBe(none);
    expect(await outcomeOf(finish(assertion, ticket))).toBe('done');
    expect(await outcomeOf(finish(assertion, ticket))).toBe(none);
  });

  it('counts for no step-up, and that of a step-up or a sign-in for no act', async () => {
    const { options, ticket } = await begin();
    const assertion = laptop.get(options, relyingParty.origin);
    const stepUp = running.passkeys.stepUp(ada, assertion, [ticket], true, source);
    expect(await outcomeOf(stepUp)).toBe('challenge_expired');
    const others = [await running.passkeys.beginStepUp(ada, true), await running.passkeys.beginSignIn()];
    for (const other of others) {
      const answer = laptop.get(other.options, relyingParty.origin);
      const forged = { ...other.ticket, ...ticket, challenge: other.ticket.challenge };
      expect(await outcomeOf(finish(answer, other.ticket))).toBe('challenge_expired');
      expect(await outcomeOf(finish(answer, forged))).toBe('act_changed');
    }
  });

  it('is not believed when the token names another transaction, or none', async () => {
    for (const transaction of [{ transactionId: 'another' }, {}]) {
      const { options, ticket } = await begin();
      const assertion = laptop.get(options, relyingParty.origin);
      const stolen = await begin();
      running.wire.before = ({ path }) => {
        if (path !== 'transaction/finalize') return undefined;
        running.wire.mend();
        return tokenOf(stolen, transaction);
      };
      expect(await outcomeOf(finish(assertion, ticket))).toBe('sign_in_refused');
      expect(running.events().at(-1)).toMatchObject({ event: 'passkey_token_rejected' });
    }
  });

  it('needs no user handle, which authenticators may leave out', async () => {
    const { options, ticket } = await begin();
    const assertion = withResponse(laptop.get(options, relyingParty.origin), { userHandle: undefined });
    expect(await outcomeOf(finish(assertion, ticket))).toBe('done');
  });

  it('needs a user who was verified, and a passkey that counts', async () => {
    laptop.flags.userVerified = false;
    const { options, ticket } = await begin();
    expect(await outcomeOf(finish(laptop.get(options, relyingParty.origin), ticket))).toBe('uv_required');
    const careful = somebody();
    await running.upgrade(careful, unattended());
    const unproven = { act };
    expect(await outcomeOf(running.passkeys.beginConfirmation(careful, unproven))).toBe('not_found');
  });
});

/** What the service answers to another transaction, or to a sign-in, of the same person. */
async function tokenOf(other: Awaited<ReturnType<typeof begin>>, { transactionId = '' }): Promise<Response> {
  if (transactionId !== '')
    return call('transaction/finalize', laptop.get(other.options, relyingParty.origin));
  const { options } = await running.passkeys.beginStepUp(ada, true);
  return call('login/finalize', laptop.get(options, relyingParty.origin));
}

function call(path: string, body: object): Promise<Response> {
  const { baseUrl, tenantId, apiKey } = running.transport;
  const headers = { apiKey, 'Content-Type': 'application/json' };
  return running.transport.fetch(`${baseUrl}/${tenantId}/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
}
