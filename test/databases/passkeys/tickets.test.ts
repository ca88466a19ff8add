import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { createCeremonies, issueTicket, type Presented, type Ticket } from '../../../src/passkeys/tickets.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  return () => database.drop();
});
beforeEach(() => database.db('used_challenges').delete());
afterEach(() => void vi.useRealTimers());

const mine: Presented = {
  challenge: 'A'.repeat(43),
  purpose: 'register',
  userId: 'ada',
  signInId: 'first',
  epoch: 3,
};

function ticket(changes: Partial<Ticket> = {}): Ticket {
  return {
    ...mine,
    challenge: mine.challenge ?? '',
    act: undefined,
    expiresAt: Date.now() + 300_000,
    ...changes,
  };
}

const redeem = (tickets: Ticket[], presented = mine) =>
  createCeremonies(database.db)
    .redeem(tickets, presented)
    .then(
      () => 'redeemed',
      (error: unknown) => (error instanceof AppError ? error.code : error),
    );
const used = async () => (await database.db('used_challenges').select()).length;

describe('a ticket', () => {
  it.each([
    [600_000, 300],
    [300_000, 300],
    [60_900, 60],
  ])('for a challenge that the service keeps for %i ms lives %i s', (timeout, expiresIn) => {
    const issued = issueTicket(ticket(), timeout);
    expect(issued.expiresIn).toBe(expiresIn);
    expect(Math.abs(issued.ticket.expiresAt - Date.now() - expiresIn * 1_000)).toBeLessThan(1_000);
  });

  it('is redeemed once, from whatever copy', async () => {
    const [first, copy] = [ticket(), ticket()];
    expect(await redeem([first])).toBe('redeemed');
    expect(await redeem([first])).toBe('challenge_expired');
    expect(await redeem([ticket({ challenge: 'B' }), copy])).toBe('challenge_expired');
    expect(await used()).toBe(1);
  });

  it('is redeemed by one of fifty who try at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => redeem([ticket()])));
    expect(outcomes.filter((outcome) => outcome === 'redeemed')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'challenge_expired')).toHaveLength(49);
  });

  it.each([
    ['another challenge', { challenge: `${'A'.repeat(42)}B` }],
    ['no challenge that could be read', { challenge: null }],
    ['another purpose', { purpose: 'sign-in' as const }],
    ['another person', { userId: 'grace' }],
    ['nobody', { userId: null }],
    ['another sign-in', { signInId: 'second' }],
    ['an account whose trust has ended since', { epoch: 4 }],
    ['an account of which no epoch is known', { epoch: null }],
  ])('is of no use for %s, and stays good for its own', async (_name, changes) => {
    expect(await redeem([ticket()], { ...mine, ...changes })).toBe('challenge_expired');
    expect(await used()).toBe(0);
    expect(await redeem([ticket()])).toBe('redeemed');
  });

  it.each([
    [299_000, 'redeemed'],
    [300_000, 'challenge_expired'],
  ])('after %i ms is %s', async (age, outcome) => {
    const old = ticket();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + age });
    expect(await redeem([old])).toBe(outcome);
  });

  it('leaves no challenge in the database that somebody could answer', async () => {
    await redeem([ticket()]);
    expect(JSON.stringify(await database.db('used_challenges').select())).not.toContain('A'.repeat(43));
  });
});

describe('what is good once', () => {
  const consume = (name: string, until = Date.now() + 60_000) =>
    createCeremonies(database.db).consume(name, until);

  it('is had by whoever comes first, each thing under its own name', async () => {
    expect([await consume('upgrade one'), await consume('upgrade two')]).toEqual([true, true]);
    expect([await consume('upgrade one'), await consume('upgrade two')]).toEqual([false, false]);
  });

  it('is had by one of fifty who try at once', async () => {
    const tries = await Promise.all(Array.from({ length: 50 }, () => consume('upgrade one')));
    expect(tries.filter(Boolean)).toHaveLength(1);
  });

  it('is remembered until it is not given out any more, under a name that nobody reads', async () => {
    const until = Date.now() + 600_000;
    await consume('upgrade of this sign-in', until);
    const { sweep } = createCeremonies(database.db);
    await sweep();
    const [row, ...others] = await database.db('used_challenges').select();
    expect([row.expires_at, others]).toEqual([new Date(until).toISOString(), []]);
    expect(row.challenge_hash).not.toContain('upgrade');
    vi.useFakeTimers({ toFake: ['Date'], now: until + 60_001 });
    await sweep();
    expect(await used()).toBe(0);
  });
});

describe('sweeping', () => {
  it('forgets what has expired more than a minute ago, however much, and nothing else', async () => {
    const row = (name: string, expiresIn: number) => ({
      challenge_hash: name,
      expires_at: new Date(Date.now() + expiresIn).toISOString(),
    });
    const old = Array.from({ length: 1_100 }, (_, index) => row(`old-${index}`, -61_000));
    await database.db.batchInsert(
      'used_challenges',
      [...old, row('recent', -30_000), row('live', 60_000)],
      100,
    );
    const { sweep } = createCeremonies(database.db);
    await Promise.all([sweep(), sweep()]);
    const left = await database.db('used_challenges').orderBy('challenge_hash').pluck('challenge_hash');
    expect(left).toEqual(['live', 'recent']);
  });

  it('does not make a used ticket good again', async () => {
    const before = ticket();
    await redeem([before]);
    await createCeremonies(database.db).sweep();
    expect(await redeem([before])).toBe('challenge_expired');
  });
});

describe('a database that fails', () => {
  it('is not taken for a challenge that was used', async () => {
    const broken = await createTestDatabase(false);
    const outcome = await createCeremonies(broken.db)
      .redeem([ticket()], mine)
      .catch((error: unknown) => error);
    await broken.drop();
    expect(outcome).toBeInstanceOf(Error);
    expect(outcome).not.toBeInstanceOf(AppError);
  });
});
