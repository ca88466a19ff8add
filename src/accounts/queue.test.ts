import { describe, expect, it } from 'vitest';
import { createQueue } from './queue.ts';

/** Work that ends when it is told to, and says in which order it began. */
function createWorks() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) => () =>
    new Promise<string>((resolve) => {
      begun.push(name);
      ends.push(() => resolve(name));
    });
  /** Ends what began first and has not ended, and lets the next begin. */
  const end = async () => {
    ends.shift()?.();
    for (let tick = 0; tick < 5; tick++) await Promise.resolve();
  };
  return { begun, work, end };
}

const code = (work: Promise<unknown>) => work.catch(({ code }) => code);

describe('the queue', () => {
  it('runs a few at once, answers what they answer, and goes on after a failure', async () => {
    const queue = createQueue(2, 2);
    const { begun, work, end } = createWorks();
    const answers = ['a', 'b', 'c'].map((name) => queue('one', work(name)));
    expect(begun).toEqual(['a', 'b']);
    await end();
    expect(begun).toEqual(['a', 'b', 'c']);
    await end();
    await end();
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c']);
    await expect(queue('one', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    for (let time = 0; time < 5; time++) expect(await queue('one', async () => time)).toBe(time);
  });

  it('tells the work whether it had to wait', async () => {
    const queue = createQueue(1, 2);
    const told = async (waited: boolean) => waited;
    expect(await Promise.all([queue('one', told), queue('one', told)])).toEqual([false, true]);
    expect(await queue('one', told)).toBe(false);
  });

  it('serves everybody in turn, however many one of them has brought', async () => {
    const queue = createQueue(1, 10);
    const { begun, work, end } = createWorks();
    for (const name of ['crowd 1', 'crowd 2', 'crowd 3', 'crowd 4']) void queue('crowd', work(name));
    void queue('one', work('one 1'));
    void queue('two', work('two 1'));
    for (let time = 0; time < 6; time++) await end();
    expect(begun).toEqual(['crowd 1', 'crowd 2', 'one 1', 'two 1', 'crowd 3', 'crowd 4']);
  });

  it('refuses a crowd that leaves no place, and lets somebody else in for the last of it', async () => {
    const queue = createQueue(1, 3);
    const { begun, work, end } = createWorks();
    const crowd = [1, 2, 3, 4].map((n) => queue('crowd', work(`crowd ${n}`)));
    expect(await code(queue('crowd', work('crowd 5')))).toBe('service_unavailable');
    const one = queue('one', work('one'));
    expect(await code(crowd[3] as Promise<string>)).toBe('service_unavailable');
    for (let time = 0; time < 4; time++) await end();
    expect(await one).toBe('one');
    expect(begun).toEqual(['crowd 1', 'crowd 2', 'one', 'crowd 3']);
  });

  it('refuses the newcomer when nobody has more places, and says when to come back', async () => {
    const queue = createQueue(1, 2);
    const { work } = createWorks();
    for (const name of ['one', 'two', 'three']) void queue(name, work(name));
    await expect(queue('four', work('four'))).rejects.toMatchObject({
      code: 'service_unavailable',
      retryAfter: 2,
    });
  });

  it('refuses at once where nobody may wait', async () => {
    const queue = createQueue(1, 0);
    void queue('one', createWorks().work('one'));
    expect(await code(queue('two', async () => 'never'))).toBe('service_unavailable');
  });
});
