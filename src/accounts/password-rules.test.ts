import { dictionary } from '@zxcvbn-ts/language-common';
import { describe, expect, it } from 'vitest';
import listed from './common-passwords.json';
import { passwordProblem } from './password-rules.ts';

const context = { email: 'ada.lovelace@example.com', host: 'app.latchkey.test' };
const problem = (password: string) => passwordProblem(password, context);
const common = dictionary['passwords-common'] as string[];
const words = dictionary['diceware-common'] as string[];

const tooShort = 'Use at least 15 characters.';
const isCommon = 'This is too similar to passwords that many people use. Choose another one.';
const isName = 'Do not use your email address or the name of this site as your password.';
const isRepeated = 'This repeats one short piece over and over. Choose something less predictable.';
const isSequence = 'This is a sequence that is easy to guess. Choose something less predictable.';

/** The same picks on every run, spread over the whole list. */
const pick = (list: readonly string[], count: number) =>
  Array.from({ length: count }, (_, index) => list[Math.floor((index * list.length) / count)] as string);

/** Characters that look random, and are the same on every run. */
function randomCharacters(seed: number): (alphabet: string, count: number) => string {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return (alphabet, count) => {
    const characters = [...alphabet];
    return Array.from({ length: count }, () => characters[Math.floor(next() * characters.length)]).join('');
  };
}

describe('a new password', () => {
  it.each([
    'analytical-engine-1843',
    'nanoseconds-of-wire-1906',
    'purple monkey dishwasher',
    'the latchkey is under the mat',
    'kX9#mQ2$vL7@pR4!',
    '=:;@/*)+,/)%#,(',
    'ein Pferd frisst Gurkensalat',
    '我喜欢在早上喝一杯热茶然后去公园散步',
    'أحب أن أمشي في الحديقة كل صباح',
    '🦔🌵🎻🥨🪁🧭🛶🪗🦤🍄🧶🪐🎏🪡🦥',
    '  spaces count, also at the ends  ',
  ])('[ASVS 6.2.5] may be %j: there are no rules of composition', async (password) => {
    expect(await problem(password)).toBeNull();
  });

  it.each(['', 'short', '14 characters!', '🦔'.repeat(14), 'e\u0301'.repeat(14)])(
    '[ASVS 6.2.1] is not as short as %j',
    async (password) => {
      expect(await problem(password)).toBe(tooShort);
    },
  );

  it('[ASVS 6.2.9] may have 1024 characters and not more', async () => {
    const long = pick(words, 200).join(' ').slice(0, 1_024);
    expect(await problem(long)).toBeNull();
    expect(await problem(`${long}x`)).toBe('This password is too long.');
  });

  it.each([
    'password12345678',
    'Password1234567!',
    'thisismypassword',
    '1q2w3e4r5t6y7u8i',
    'qwertyuiopasdfgh',
    'manchesterunited1',
    'monkey-dragon-123',
    'sunshine princess 1',
    'contraseña123456',
    'm0nkey1234567890',
    'pr1nce55@dm1n123',
    'correct-horse-battery-staple',
    'Correct Horse Battery Staple',
    'The quick brown fox jumps over the lazy dog',
  ])('[ASVS 6.2.4] is not close to common ones as %j is', async (password) => {
    expect(await problem(password)).toBe(isCommon);
  });

  it.each(['123456789012345', '1234567890qwerty', '24681357902468135'])(
    '[ASVS 6.2.4] is no row such as %j, which many people use',
    async (password) => {
      expect(await problem(password)).not.toBeNull();
    },
  );

  it.each(['abcdefghijklmnop', 'ABCDEFGHIJKLMNOP', 'zyxwvutsrqponmlk'])(
    '[ASVS 6.2.4] is no sequence such as %j',
    async (password) => {
      expect(await problem(password)).toBe(isSequence);
    },
  );

  it.each([
    'aaaaaaaaaaaaaaaa',
    'aaaaaaaaaaaaaab',
    '---------------',
    'abcabcabcabcabcabc',
    'passwordpassword',
    'iloveyouiloveyou',
    'P@ssw0rdP@ssw0rd',
    'p a s s w o r d p a s s w o r d',
    'pass.word.pass.word',
    'ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ',
    'monkeymonkeymonkey1',
    '🦔'.repeat(15),
    'a'.repeat(1_024),
  ])('[ASVS 6.2.4] does not repeat one piece as %j does', async (password) => {
    expect(await problem(password)).toBe(isRepeated);
  });

  it.each([
    'ada.lovelace@example.com',
    'Ada.Lovelace@Example.com1',
    '!!!!ada.lovelace@example.com',
    'ada lovelace example com',
    '4da.l0v3lace.1815',
    'Lovelace12345678',
    'ada-lovelace-2026!',
    'latchkey-password',
    'L4tchk3y-P4ssw0rd',
    'app.latchkey.test',
  ])('[ASVS 6.2.11] is not about its owner or this site as %j is', async (password) => {
    expect(await problem(password)).toBe(isName);
  });

  it.each(['lovelace-lovelace', 'latchkeylatchkey'])(
    '[ASVS 6.2.11] is not a name said twice as %j is',
    async (password) => {
      expect(await problem(password)).not.toBeNull();
    },
  );

  it('is judged by its owner and site alone: those of others may be used', async () => {
    const password = 'grace.brewster.hopper@navy.example';
    expect(await passwordProblem(password, { ...context, email: password })).toBe(isName);
    expect(await problem(password)).toBeNull();
  });

  it('is judged for whoever has a short address, on a host without a name', async () => {
    const short = { email: 'a@b.io', host: '127.0.0.1' };
    expect(await passwordProblem('analytical-engine-1843', short)).toBeNull();
    expect(await passwordProblem('latchkey-password', short)).toBe(isName);
  });
});

describe('common passwords', () => {
  it('[ASVS 6.2.4] are more than three thousand that are long enough, and none is taken in any case', async () => {
    const long = listed.filter((password) => [...password].length >= 15);
    expect(long.length).toBeGreaterThan(7_500);
    for (const password of pick(long, 16)) {
      expect(await problem(password), password).not.toBeNull();
      expect(await problem(password.toUpperCase()), password).not.toBeNull();
    }
  });

  it('[ASVS 6.2.4] that are short are not taken doubled or filled up with digits, whichever it is', async () => {
    for (const password of pick(common, 16)) {
      const doubled = password.repeat(Math.max(2, Math.ceil(15 / password.length)));
      expect(await problem(doubled), doubled).not.toBeNull();
      const filled = `${password}${'1234567890123'.slice(0, Math.max(1, 15 - password.length))}`;
      expect(await problem(filled.toUpperCase()), filled).not.toBeNull();
    }
  });

  it('[ASVS 6.2.4] are not taken in pairs with some digits', async () => {
    const firsts = common.slice(0, 100);
    for (const [index, first] of firsts.slice(0, 16).entries()) {
      const password = `${first}-${firsts[(index * 7 + 31) % 100]}-${index}`;
      if (password.length >= 15) expect(await problem(password), password).not.toBeNull();
    }
  });
});

describe('a password that was picked at random', () => {
  it.each(['', ' ', '-'])('may be any four words, with %j between them', async (between) => {
    const picked = pick(words, 1_200);
    for (let index = 0; index < 10; index++) {
      const phrase = [0, 1, 2, 3].map((step) => picked[(index * 7 + step * 311) % 1_200]).join(between);
      if (phrase.length >= 15) expect(await problem(phrase), phrase).toBeNull();
    }
  });

  it.each([
    ['letters', 'abcdefghijklmnopqrstuvwxyz'],
    ['hexadecimal digits', '0123456789abcdef'],
    [
      'letters, digits and signs',
      'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!@#$%^&*()-_=+.,:;/?',
    ],
    ['signs', '!@#$%^&*()-_=+.,:;/?'],
    ['Chinese characters', '天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏'],
    ['Arabic letters', 'ابتثجحخدذرزسشصضطظعغفقكلمنهوي'],
    ['pictures', '🦔🌵🎻🥨🪁🧭🛶🪗🦤🍄🧶🪐🎏🪡🦥🫖🧊🪵'],
  ])('may be any fifteen %s', async (_, alphabet) => {
    const random = randomCharacters(1_843);
    for (let round = 0; round < 6; round++) {
      const password = random(alphabet, 15);
      expect(await problem(password), password).toBeNull();
    }
  });
});
