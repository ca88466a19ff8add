import { dictionary } from '@zxcvbn-ts/language-common';
import { describe, expect, it } from 'vitest';
import { passwordProblem } from './password-rules.ts';

const context = { email: 'ada.lovelace@example.com', host: 'app.latchkey.test' };
const problem = (password: string) => passwordProblem(password, context);
const common = dictionary['passwords-common'] as string[];
const words = dictionary['diceware-common'] as string[];

/** The same picks on every run, spread over the whole list. */
const pick = (list: readonly string[], count: number) =>
  Array.from({ length: count }, (_, index) => list[Math.floor((index * list.length) / count)] as string);

describe('a new password', () => {
  it.each([
    'analytical-engine-1843',
    'nanoseconds-of-wire-1906',
    'purple monkey dishwasher',
    'kX9#mQ2$vL7@pR4!',
    'ein Pferd frisst Gurkensalat',
    '我喜欢在早上喝一杯热茶然后去公园散步',
    '🦔🌵🎻🥨🪁🧭🛶🪗🦤🍄🧶🪐🎏🪡🦥',
    '  spaces count, also at the ends  ',
  ])('[ASVS 6.2.5] may be %j: there are no rules of composition', async (password) => {
    expect(await problem(password)).toBeNull();
  });

  it.each(['', 'short', '14 characters!', '🦔'.repeat(14)])(
    '[ASVS 6.2.1] is not as short as %j',
    async (password) => {
      expect(await problem(password)).toBe('Use at least 15 characters.');
    },
  );

  it('[ASVS 6.2.9] may have 1024 characters and not more', async () => {
    const long = pick(words, 200).join(' ').slice(0, 1_024);
    expect(await problem(long)).toBeNull();
    expect(await problem(`${long}x`)).toBe('This password is too long.');
  });

  it.each([
    'passwordpassword',
    'passwordpasswordpassword',
    'Password1234567!',
    'P@ssw0rdP@ssw0rd',
    'letmein letmein1',
    'thisismypassword',
    'correct-horse-battery-staple',
    'Correct Horse Battery Staple',
  ])('[ASVS 6.2.4] is not a common one such as %j', async (password) => {
    expect(await problem(password)).not.toBeNull();
  });

  it.each([
    '123456789012345',
    'abcdefghijklmnop',
    'qwertyuiopasdfgh',
    '1q2w3e4r5t6y7u8i',
    '1234567890qwerty',
  ])('[ASVS 6.2.4] is no row such as %j', async (password) => {
    expect(await problem(password)).not.toBeNull();
  });

  it.each(['aaaaaaaaaaaaaaaa', 'abcabcabcabcabcabc', 'monkeymonkeymonkey1'])(
    '[ASVS 6.2.4] does not repeat one piece as %j does',
    async (password) => {
      expect(await problem(password)).toBe('This repeats one piece over and over, which is easy to guess.');
    },
  );

  it.each([
    'ada.lovelace@example.com',
    'ada.lovelace@example.com1',
    'lovelace-lovelace',
    'Lovelace12345678',
    'latchkeylatchkey',
    'latchkey-password',
    'app.latchkey.test',
  ])('[ASVS 6.2.11] is not about its owner or this site as %j is', async (password) => {
    expect(await problem(password)).not.toBeNull();
  });

  it('is not a common password that is doubled or filled up with digits, whichever it is', async () => {
    for (const password of pick(common, 300)) {
      const doubled = password.repeat(Math.max(2, Math.ceil(15 / password.length)));
      expect(await problem(doubled), doubled).not.toBeNull();
      const filled = `${password}${'1234567890123'.slice(0, Math.max(1, 15 - password.length))}`;
      expect(await problem(filled.toUpperCase()), filled).not.toBeNull();
    }
  });

  it('may be any four words that were picked at random', async () => {
    const four = pick(words, 1_200);
    for (let index = 0; index < 300; index++) {
      const phrase = [0, 1, 2, 3].map((step) => four[(index * 7 + step * 311) % four.length]).join(' ');
      if (phrase.length >= 15) expect(await problem(phrase), phrase).toBeNull();
    }
  });
});
