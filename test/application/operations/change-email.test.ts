import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { User } from '../../../src/accounts/user.ts';
import { limits } from '../../../src/limits.ts';
import { openEmailChange } from '../../../src/operations/change-email.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import { newBrowser, place } from '../../support/acting.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';

const minute = 60_000;
const next = 'countess@example.org';

let running: TestOperations;
let ada: User;
let requester: Requester;
beforeAll(async () => {
  running = await startOperations();
});
afterAll(() => running.database.drop());
beforeEach(async () => {
  await running.empty();
  ada = await running.createAccount('ada@example.com');
  requester = await running.enter(ada);
});
afterEach(() => void vi.useRealTimers());

const request = (email = next) => running.operations.requestEmailChange(requester, email, place);
const secret = () => running.newestSecret('change-email');
const confirm = (link: string, who: Requester | null = requester) =>
  running.operations.confirmEmailChange(link, who, place);
const open = (link: string) => openEmailChange(running.database.db, link);
const address = async () => (await running.account(ada.id)).email;

describe('requestEmailChange', () => {
  it('mails a link to the new address, tells the old one at once, and changes nothing', async () => {
    await request();
    const letters = (await running.letters()).map(({ kind, to }) => [kind, to]);
    expect(letters.toSorted()).toEqual([
      ['change-email', next],
      ['news', ada.email],
    ]);
    expect(await running.notMe('email_change_requested')).toMatch(/^[\w-]{22}$/);
    expect(await running.activity(ada.id)).toContain('email_change_requested');
    expect(await running.account(ada.id)).toMatchObject(ada);
    expect(await open(await secret())).toEqual({
      userId: ada.id,
      from: ada.email,
      to: next,
      signInId: requester.signInId,
    });
  });

  it('says in the mail alone that an address has an account, and writes as much', async () => {
    await request();
    const counts = async () => {
      const { account_tokens, outbox, activity } = await running.everything();
      return [account_tokens?.length, outbox?.length, activity?.length];
    };
    const free = await counts();
    const grace = await running.createAccount('grace@example.com');
    await running.database.db('outbox').delete();
    await running.database.db('account_tokens').delete();
    await running.database.db('activity').where({ user_id: grace.id }).delete();
    await running.database.db('activity').where({ event: 'email_change_requested' }).delete();
    await request(grace.email);
    expect(await counts()).toEqual(free);
    const letters = await running.letters();
    expect(letters).toContainEqual({ kind: 'address-taken', to: grace.email });
    expect(letters.map(({ kind }) => kind)).not.toContain('change-email');
  });

  it('is not used up by other accounts that ask for the same address, up to what a mailbox may have', async () => {
    for (let asker = 0; asker <= limits.lettersOfRecipient.points; asker++) {
      const other = await running.createAccount(`other-${asker}@example.com`);
      await running.operations.requestEmailChange(await running.enter(other), next, place);
    }
    await request();
    expect(await confirm(await secret())).toMatchObject({ id: ada.id, email: next });
    const third = 'third@example.org';
    await request(third);
    const counters = running.database.db('rate_limits').where('key', 'like', 'letters-mailbox:%');
    await counters.update({ points: limits.lettersOfMailbox.points });
    const before = await running.letters();
    const retryAfter = limits.lettersOfMailbox.duration;
    await expect(request(third)).rejects.toMatchObject({ code: 'too_many_requests', retryAfter });
    expect(await running.letters()).toEqual(before);
  });

  it('is not mailed to one address by many accounts as often as each may ask, and one more account has its letter', async () => {
    const askers = 4;
    for (let asker = 0; asker < askers; asker++) {
      const other = await running.enter(await running.createAccount(`other-${asker}@example.com`));
      for (let time = 0; time < limits.lettersOfAsker.points; time++)
        await running.operations.requestEmailChange(other, next, place).catch(() => {});
    }
    const received = async () => (await running.letters()).filter(({ to }) => to === next).length;
    expect(await received()).toBe(askers + limits.lettersOfRecipient.points);
    await request();
    expect(await received()).toBe(askers + limits.lettersOfRecipient.points + 1);
    const { duration: retryAfter } = limits.lettersOfRecipient;
    await expect(request()).rejects.toMatchObject({ code: 'too_many_requests', retryAfter });
  });

  it('is refused aloud when this account has asked too often', async () => {
    for (let time = 0; time < limits.addressChanges.points; time++) await request(`next-${time}@example.org`);
    const tooMany = { code: 'too_many_requests', retryAfter: limits.addressChanges.duration };
    await expect(request('one-more@example.org')).rejects.toMatchObject(tooMany);
    // What was counted stays counted, and nothing of it was mailed.
    await expect(request('one-more@example.org')).rejects.toMatchObject(tooMany);
    expect((await running.letters()).map(({ to }) => to)).not.toContain('one-more@example.org');
  });

  it('is refused in a sign-in that has ended', async () => {
    await running.operations.signOut(requester, place);
    await expect(request()).rejects.toMatchObject({ code: 'signed_out' });
    expect(await running.letters()).toEqual([]);
  });

  it('mails no more than five letters to an address for one asker', async () => {
    for (let time = 0; time < 7; time++) await request().catch(() => {});
    expect((await running.letters()).filter(({ to }) => to === next)).toHaveLength(5);
    expect((await running.letters()).filter(({ to }) => to === ada.email)).toHaveLength(5);
  });
});

describe('confirmEmailChange', () => {
  it('gives the account its new address, confirmed, in the session that asked, which goes on', async () => {
    await request();
    expect(await confirm(await secret())).toEqual({ id: ada.id, email: next, epoch: 1 });
    expect(await running.account(ada.id)).toMatchObject({ email: next, emailVerifiedAt: expect.any(String) });
    expect(await running.isIn(requester)).toBe(true);
    expect(await running.activity(ada.id)).toContain('email_changed');
  });

  it('tells both addresses, each with a link that brings the old one back, of which one works', async () => {
    await request();
    await confirm(await secret());
    const told = (await running.letters()).filter(
      (letter) => letter.kind === 'news' && letter.event === 'email_changed',
    );
    expect(told.map(({ to }) => to).toSorted()).toEqual([ada.email, next].toSorted());
    const [one, other] = [await running.secretOf(told[0]), await running.secretOf(told[1])];
    expect(await running.operations.secureAccount(one, place)).toMatchObject({ address: ada.email });
    expect(await running.operations.secureAccount(other, place)).toBe(null);
    expect(await address()).toBe(ada.email);
  });

  it('is done by nobody else: not by a guest, in another session, or in somebody else’s', async () => {
    await request();
    const link = await secret();
    const another = await running.enter(ada);
    const grace = await running.createAccount('grace@example.com');
    const hers = await running.enter(grace);
    for (const who of [null, another, hers, { ...hers, signInId: 'another' }])
      expect(await confirm(link, who)).toBe('elsewhere');
    expect(await address()).toBe(ada.email);
    // The link is not used up by it.
    expect(await confirm(link)).toMatchObject({ email: next });
  });

  it('is not done in the session that asked once it has ended, whoever knows its name', async () => {
    await request();
    const link = await secret();
    await running.operations.signOut(requester, place);
    await expect(confirm(link)).rejects.toMatchObject({ code: 'signed_out' });
    expect(await address()).toBe(ada.email);
  });

  it('ends every link that was asked for before, and none of "This wasn’t me"', async () => {
    await running.operations.requestReset(ada.email, place);
    const reset = await running.newestSecret('reset-password');
    await request('another@example.org');
    const another = await secret();
    await running.database.db('outbox').delete();
    await request();
    const notMe = await running.notMe('email_change_requested');
    await confirm(await secret());
    expect(await open(another)).toBeNull();
    expect(await running.operations.resetPassword(reset, null, newBrowser, '', place)).toBeNull();
    expect(await running.operations.secureAccount(notMe, place)).toMatchObject({ address: ada.email });
  });

  it('is not done for an address that has an account by now: its link is gone, and nobody else changes', async () => {
    await request();
    const link = await secret();
    const grace = await running.createAccount(next);
    const before = [await running.account(ada.id), await running.account(grace.id)];
    expect(await confirm(link)).toBe('gone');
    expect([await running.account(ada.id), await running.account(grace.id)]).toEqual(before);
    expect(await open(link)).toBeNull();
  });

  it('is not done when everybody else was signed out meanwhile', async () => {
    await request();
    const link = await secret();
    await running.operations.endOtherSessions(requester, place);
    expect(await confirm(link)).toBe('gone');
  });

  it('can be done for an hour', async () => {
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now });
    await request();
    const link = await secret();
    vi.setSystemTime(now + 61 * minute);
    expect(await confirm(link)).toBe('gone');
    vi.setSystemTime(now + 59 * minute);
    expect(await confirm(link)).toMatchObject({ email: next });
  });
});
