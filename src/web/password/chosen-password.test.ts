import { expect, it } from 'vitest';
import { choosePassword } from './chosen-password.ts';

const password = 'analytical-engine-1843';
const about = { email: 'ada@example.com', origin: 'https://app.example.com' };

it('lets nobody wait behind all who choose a password from one /48', async () => {
  const done: string[] = [];
  const choose = (who: string, address: string) =>
    choosePassword(password, { ...about, address }).then(() => done.push(who));
  const crowd = Array.from({ length: 12 }, (_, n) => choose('crowd', `2001:db8:7:${n}::/64`));
  const owner = choose('owner', '2001:db8:8:1::/64');
  await Promise.all([...crowd, owner]);
  // Behind them it would be the last of thirteen.
  expect(done.indexOf('owner')).toBeLessThan(9);
});

it('says what is wrong with a bad one', async () => {
  expect(await choosePassword('password', { ...about, address: '192.0.2.1' })).toEqual({
    problem: expect.stringMatching(/^\S.*\.$/),
  });
});
