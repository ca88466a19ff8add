/** What every operation stands on, with an act of these tests. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLink } from '../../../src/accounts/links.ts';
import { hashOf } from '../../../src/accounts/token-store.ts';
import { noSecondFactor, type User } from '../../../src/accounts/user.ts';
import { pseudonym } from '../../../src/logger.ts';
import type { Act, Requester } from '../../../src/operations/operation.ts';
import { place } from '../../support/acting.ts';
import { withoutTable } from '../../support/answers.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';
import { outcomeOf } from '../../support/passkeys.ts';

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
  running.log.length = 0;
});

const operate = <T>(work: (act: Act) => Promise<T>) => running.operate(place, work);

/** Something of everything that an operation can do. */
async function doMuch(act: Act): Promise<void> {
  const user = await act.lockAccountOf(requester);
  await act.users.setAutomaticPasskeys(user.id, false);
  await act.endTrust(user);
  await act.issue('reset-password', user);
  await act.tell('password_changed', user);
  await act.post({ kind: 'account-deleted', to: user.email });
  act.log('sign_out', { outcome: 'success' });
}

describe('an operation', () => {
  it('does nothing when what it counts cannot be kept', async () => {
    const before = await running.everything();
    const telling = withoutTable(running, 'rate_limits', () => outcomeOf(operate(doMuch)));
    expect(await telling).not.toBe('done');
    expect(await running.everything()).toEqual(before);
    expect(running.log).toEqual([]);
  });

  it('does nothing at all when it fails at its end, and tells nobody', async () => {
    const before = await running.everything();
    const failing = operate(async (act) => {
      await doMuch(act);
      throw new Error('at the end');
    });
    await expect(failing).rejects.toThrow('at the end');
    expect(await running.everything()).toEqual(before);
    expect(running.log).toEqual([]);
  });

  it.each(['activity', 'outbox', 'account_tokens', 'sessions'])(
    'does nothing at all when %s cannot be written',
    async (table) => {
      const before = await running.everything();
      await expect(withoutTable(running, table, () => operate(doMuch))).rejects.toThrow(table);
      expect(await running.everything()).toEqual(before);
      expect(running.log).toEqual([]);
    },
  );

  it('tells the log when the transaction is over, and where it was done', async () => {
    await operate(async (act) => {
      await act.tell('password_changed', { ...ada, ...noSecondFactor }, { reason: 'for a test' });
      expect(running.log).toEqual([]);
    });
    expect(running.events()).toMatchObject([
      {
        event: 'password_changed',
        outcome: 'changed',
        user: pseudonym(ada.id),
        reason: 'for a test',
        address: place.address,
        requestId: place.requestId,
      },
    ]);
    expect(running.log.join()).not.toContain(ada.email);
  });
});

describe('who asks', () => {
  const ask = (who: Parameters<Act['lockAccountOf']>[0]) => operate((act) => act.lockAccountOf(who));

  it('is the account of a sign-in that lives', async () => {
    expect(await ask(requester)).toMatchObject(ada);
  });

  it('is nobody in a sign-in that has ended, and that is told to the log', async () => {
    await running.operations.signOut(requester, place);
    running.log.length = 0;
    await expect(ask(requester)).rejects.toMatchObject({ code: 'signed_out' });
    expect(running.events()).toMatchObject([
      {
        event: 'ended_session_refused',
        outcome: 'refused',
        user: pseudonym(ada.id),
        address: place.address,
      },
    ]);
  });

  it('is nobody in the sign-in of somebody else', async () => {
    const grace = await running.createAccount('grace@example.com');
    await expect(ask({ ...requester, userId: grace.id })).rejects.toMatchObject({ code: 'signed_out' });
  });

  it('is whom an operator names, without a sign-in, as long as there is the account', async () => {
    expect(await ask({ userId: ada.id, operator: true })).toMatchObject(ada);
    await expect(ask({ userId: 'nobody', operator: true })).rejects.toMatchObject({ code: 'signed_out' });
  });

  it('is one after the other: nobody acts on what somebody else is about to change', async () => {
    const seen: number[] = [];
    const rise = () =>
      operate(async (act) => {
        const user = await act.lockAccountOf(requester);
        seen.push(user.epoch);
        await act.raiseEpoch(user);
      });
    await Promise.all(Array.from({ length: 5 }, rise));
    expect(seen.toSorted()).toEqual([0, 1, 2, 3, 4]);
    expect((await running.account(ada.id)).epoch).toBe(5);
  });
});

describe('the end of trust', () => {
  it('raises the epoch, ends all sessions but one, and every link but "This wasn’t me"', async () => {
    const other = await running.enter(ada);
    const purposes = ['reset-password', 'confirm-email', 'change-email', 'lockdown'] as const;
    for (const purpose of purposes)
      await running.tokens.add(hashOf(purpose), {
        purpose,
        userId: ada.id,
        epoch: purpose === 'lockdown' ? null : ada.epoch,
        data: {},
      });
    const standing = async () => {
      const found = purposes.map((purpose) => openLink(running.database.db, purpose, purpose));
      return (await Promise.all(found)).flatMap((link) => link?.token.purpose ?? []);
    };
    expect(await standing()).toEqual(purposes);
    const { user, ended } = await operate((act) => act.endTrust(ada, requester));
    expect([user, ended]).toEqual([{ ...ada, epoch: 1 }, 1]);
    expect([await running.isIn(requester), await running.isIn(other)]).toEqual([true, false]);
    expect(await standing()).toEqual(['lockdown']);
  });

  it('leaves no session that somebody was opening at the same moment', async () => {
    const opening = Array.from({ length: 6 }, () => running.signIn(ada.email).catch(() => null));
    await Promise.all([...opening, operate((act) => act.endTrust(ada))]);
    const rows = await running.database.db('sessions').pluck('data');
    // Whoever came afterwards came with the epoch of afterwards.
    for (const data of rows) expect(JSON.parse(data)).toMatchObject({ epoch: 1 });
  });
});

describe('a link', () => {
  const issue = async () => {
    await operate(async (act) => {
      const link = await act.issue('confirm-email', ada);
      await act.post({ kind: 'confirm-email', to: ada.email, link });
    });
    return running.newestSecret('confirm-email');
  };
  const consume = (secret: string) => operate((act) => act.consume(secret, 'confirm-email'));

  it('is used up once, by one of several who try at once', async () => {
    const secret = await issue();
    const uses = await Promise.all(Array.from({ length: 5 }, () => consume(secret)));
    expect(uses.filter((found) => found !== null)).toHaveLength(1);
  });

  it('works again when what it was used for failed', async () => {
    const secret = await issue();
    const failing = operate(async (act) => {
      await act.consume(secret, 'confirm-email');
      throw new Error('disk full');
    });
    await expect(failing).rejects.toThrow('disk full');
    expect(await consume(secret)).toMatchObject({ user: ada });
  });

  it('of an older epoch is refused, and the log knows whose and for what', async () => {
    const secret = await issue();
    await running.database.db('users').update({ epoch: 1 });
    running.log.length = 0;
    expect(await consume(secret)).toBeNull();
    expect(running.events()).toMatchObject([
      { event: 'link_refused', outcome: 'refused', user: pseudonym(ada.id), reason: 'confirm-email' },
    ]);
  });

  it('that is nobody’s is refused without a name', async () => {
    expect(await consume('never was one')).toBeNull();
    expect(running.events()[0]).toMatchObject({ event: 'link_refused', reason: 'confirm-email' });
    expect(running.events()[0]).not.toHaveProperty('user');
  });
});

describe('a letter about something', () => {
  it('has its facts, and the address of then for whoever takes it back', async () => {
    await operate((act) =>
      act.tell('passkey_registered', { ...ada, ...noSecondFactor }, { detail: 'My key', takesBack: 'key' }),
    );
    const [letter] = await running.letters();
    expect(letter).toEqual({
      kind: 'news',
      to: ada.email,
      event: 'passkey_registered',
      method: null,
      detail: 'My key',
      at: expect.stringMatching(/Z$/),
      device: place.device,
      link: { purpose: 'lockdown', id: expect.any(String) },
    });
    const kept = await running.tokens.listFor(ada.id, 'lockdown');
    expect(kept.map(({ token }) => token)).toMatchObject([
      {
        epoch: null,
        data: { at: (letter as { at: string }).at, address: ada.email, passkey: 'key' },
      },
    ]);
  });

  it('is not written where the event has none, or it is not due, but the activity is', async () => {
    await operate(async (act) => {
      await act.tell('data_exported', { ...ada, ...noSecondFactor });
      await act.tell('sign_in', { ...ada, ...noSecondFactor }, { letter: false });
    });
    expect(await running.letters()).toEqual([]);
    expect((await running.activity(ada.id)).toSorted()).toEqual([
      'account_created',
      'data_exported',
      'sign_in',
      'sign_in',
    ]);
  });

  it('is not written on a site that sends none, and no link is made', async () => {
    const silent = await startOperations({ mail: false });
    const user = await silent.createAccount('ada@example.com');
    await silent.operate(place, async (act) => {
      await act.tell('password_changed', { ...user, ...noSecondFactor });
      await act.post({ kind: 'account-deleted', to: user.email });
    });
    expect([await silent.letters(), await silent.tokens.listFor(user.id, 'lockdown')]).toEqual([[], []]);
    await silent.database.drop();
  });
});
