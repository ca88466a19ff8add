import { hash } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { hashPassword, needsRehash, nobodysHash, verifyPassword } from './password.ts';

const right = 'correct-horse-battery';

describe('hashPassword', () => {
  it('[ASVS 11.4.2] makes argon2id with the parameters of OWASP, salted anew each time', async () => {
    const [first, second] = await Promise.all([hashPassword(right), hashPassword(right)]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(second).not.toBe(first);
    expect(needsRehash(first)).toBe(false);
  });

  it('refuses what is too long, in characters or in bytes', async () => {
    await expect(hashPassword('x'.repeat(1_025))).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(hashPassword('😀'.repeat(1_025))).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await hashPassword('😀'.repeat(1_024))).toMatch(/^\$argon2id/);
  });
});

describe('the hash of nobody', () => {
  it('costs what every other costs: the same parameters, salt and length, and it is no broken one', async () => {
    const parts = (hash: string) => hash.split('$').map((part, index) => (index < 4 ? part : part.length));
    expect(parts(nobodysHash)).toEqual(parts(await hashPassword(right)));
    expect(await verifyPassword(nobodysHash, '')).toBe(false);
  });
});

describe('verifyPassword', () => {
  it('[ASVS 6.2.8] takes the exact password: no trimming, no letter case, no cut', async () => {
    const stored = await hashPassword(` ${right}\0 `);
    expect(await verifyPassword(stored, ` ${right}\0 `)).toBe(true);
    for (const wrong of [`${right}\0`, ` ${right.toUpperCase()}\0 `, ` ${right}`, ` ${right}\0 x`, '']) {
      expect(await verifyPassword(stored, wrong)).toBe(false);
    }
  });

  it('takes the last character of the longest password into account', async () => {
    const stored = await hashPassword('x'.repeat(1_024));
    expect(await verifyPassword(stored, 'x'.repeat(1_024))).toBe(true);
    expect(await verifyPassword(stored, `${'x'.repeat(1_023)}y`)).toBe(false);
    expect(await verifyPassword(stored, 'x'.repeat(1_025))).toBe(false);
  });

  it('takes the same text in another Unicode form (NFKC)', async () => {
    const stored = await hashPassword('Zo\u00eb’s fi\ufb01ty p\u00e4ssword');
    expect(await verifyPassword(stored, 'Zoe\u0308’s fifity pa\u0308ssword')).toBe(true);
  });

  it('never takes a password that is too long for the empty one that it is compared with', async () => {
    const ofNothing = await hashPassword('');
    expect(await verifyPassword(ofNothing, 'x'.repeat(5_000))).toBe(false);
  });

  it('verifies a hash with weaker parameters, which then needs another', async () => {
    const weak = await hash(right, { algorithm: 2, memoryCost: 4_096, timeCost: 1, parallelism: 1 });
    expect(await verifyPassword(weak, right)).toBe(true);
    expect(needsRehash(weak)).toBe(true);
  });
});

describe('needsRehash', () => {
  it.each([
    ['less memory', '$argon2id$v=19$m=19455,t=2,p=1$c2FsdHNhbHQ$aGFzaA', true],
    ['fewer passes', '$argon2id$v=19$m=19456,t=1,p=1$c2FsdHNhbHQ$aGFzaA', true],
    ['the same', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA', false],
    ['more of all', '$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaA', false],
    ['more memory and fewer passes', '$argon2id$v=19$m=65536,t=1,p=1$c2FsdHNhbHQ$aGFzaA', false],
    ['another algorithm', '$argon2i$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaA', true],
    ['an older version', '$argon2id$v=16$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaA', true],
    ['nothing that can be read', '$2b$12$abcdefghijklmnopqrstuu', true],
  ])('%s', (_, stored, expected) => {
    expect(needsRehash(stored)).toBe(expected);
  });
});

describe('the queue before the hashes', () => {
  it('lets a crowd that chooses passwords hold up neither another address nor anybody who signs in', async () => {
    const done: string[] = [];
    const crowd = Array.from({ length: 12 }, () =>
      hashPassword(right, 'a crowd').then(() => done.push('crowd')),
    );
    const other = hashPassword(right, 'another address').then(() => done.push('other'));
    const signIn = verifyPassword(nobodysHash, right).then(() => done.push('sign-in'));
    await Promise.all([...crowd, other, signIn]);
    expect(done.indexOf('other')).toBeLessThan(6);
    expect(done.indexOf('sign-in')).toBeLessThan(6);
  });

  it('[ASVS 15.2.2] ends: beyond it people are told to come back, and afterwards it works again', async () => {
    // A hash that is quick to verify: it is the queue that is tried.
    const stored = await hash(right, { algorithm: 2, memoryCost: 64, timeCost: 1, parallelism: 1 });
    const tries = await Promise.allSettled(Array.from({ length: 140 }, () => verifyPassword(stored, right)));
    const refused = tries.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(10);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'service_unavailable', retryAfter: 2 });
    expect(await verifyPassword(stored, right)).toBe(true);
  });
});
