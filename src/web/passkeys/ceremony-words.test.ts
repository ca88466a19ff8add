import { describe, expect, it } from 'vitest';
import { paths } from '../../paths.ts';
import { type Ceremony, messagesOf, messagesWithAutofill } from './ceremony-words.ts';

const asked: Ceremony[] = ['sign-in', 'second-factor', 'step-up', 'registration'];
const unasked: Ceremony[] = ['autofill', 'upgrade'];
const every = [...asked, ...unasked];

/** Each message by its key. */
const told = (ceremony: Ceremony) =>
  Object.fromEntries(messagesOf(ceremony).map(({ key, ...rest }) => [key, rest]));

describe.each(every)('the messages of: %s', (ceremony) => {
  it('are one for each key, in whole sentences or none, without words of the machinery', () => {
    const messages = messagesOf(ceremony);
    expect(new Set(messages.map(({ key }) => key)).size).toBe(messages.length);
    for (const { text } of messages) {
      expect(text).toMatch(/^$|^[A-Z].*[.…?]$/);
      expect(text).not.toMatch(/Error\b|DOMException|WebAuthn|undefined|null|credential|[45]\d\d/i);
    }
  });

  it('have something for whatever the browser throws, and whatever the server answers', () => {
    expect(Object.keys(told(ceremony))).toEqual(expect.arrayContaining(['exception', 'refusal']));
  });

  it('are silent about what we stop ourselves', () => {
    expect(told(ceremony).AbortError).toMatchObject({ text: '', tone: 'status' });
  });

  it('lead only to addresses of ours, or to a place on the page', () => {
    for (const { link, text } of messagesOf(ceremony)) {
      if (!link) continue;
      expect([paths.lostPasskey, paths.dashboard, '#passkeys']).toContain(link.href);
      expect(link.text).toMatch(/^[A-Z].*[a-z?]$/);
      expect(text).not.toBe('');
    }
  });
});

describe.each(asked)('whoever pressed the button of a %s', (ceremony) => {
  it('hears of everything, but for what we stop ourselves', () => {
    const silent = messagesOf(ceremony).filter(({ text }) => text === '');
    expect(silent.map(({ key }) => key)).toEqual(['AbortError']);
  });

  it('is told how it goes, and each answer of the server that has words of its own', () => {
    const codes = 'not_verified challenge_expired uv_required too_many_requests passkey_service_unavailable';
    expect(Object.keys(told(ceremony))).toEqual(
      expect.arrayContaining(['waiting', 'offline', ...codes.split(' ')]),
    );
    expect(told(ceremony).too_many_requests?.text).toContain('{seconds}');
  });

  it('hears of a change of mind as news, and of a fault as a fault', () => {
    expect(told(ceremony).NotAllowedError).toMatchObject({ tone: 'status', fault: false });
    for (const name of ['SecurityError', 'EncodingError', 'TypeError'])
      expect(told(ceremony)[name]).toMatchObject({ tone: 'alert', fault: true });
    expect(told(ceremony).exception).toMatchObject({ tone: 'alert', fault: false });
  });
});

describe.each(['sign-in', 'step-up'] as const)('a %s that failed', (ceremony) => {
  it('shows the way to whoever lost their passkey, however it failed by itself', () => {
    const failures = ['NotAllowedError', 'NotAllowedError.fast', 'NotAllowedError.late', 'exception'];
    for (const key of [...failures, 'not_verified', 'credential_unknown', 'refusal'])
      expect(told(ceremony)[key]?.link).toEqual({ href: paths.lostPasskey, text: 'Lost your passkey?' });
  });

  it('tells a prompt that was blocked, and one that ran out of time, from one that was left', () => {
    const texts = ['', '.fast', '.late'].map((timing) => told(ceremony)[`NotAllowedError${timing}`]?.text);
    expect(texts).toEqual([
      'No passkey was used. Try again, or use your password.',
      'Your browser or password manager blocked the request.',
      'That took too long. Try again.',
    ]);
  });
});

describe('what belongs to one ceremony alone', () => {
  it.each([
    ['wrong_account', ['step-up']],
    ['too_many_passkeys', ['registration']],
    ['already_registered', ['registration']],
    ['InvalidStateError', ['registration']],
    ['not_saved', ['registration']],
    ['saved_after_all', ['registration']],
    ['saved', ['upgrade']],
    ['credential_unknown', ['sign-in', 'second-factor', 'step-up', 'autofill']],
  ])('%s is told in %j and nowhere else', (key, ceremonies) => {
    expect(every.filter((ceremony) => key in told(ceremony)).sort()).toEqual(ceremonies.toSorted());
  });

  it('nobody hears of an upgrade that came to nothing', () => {
    const spoken = messagesOf('upgrade').filter(({ text }) => text !== '');
    expect(spoken.map(({ key, tone }) => [key, tone])).toEqual([['saved', 'status']]);
  });

  it('that there is a passkey already is good news, with the way to it', () => {
    for (const key of ['already_registered', 'InvalidStateError'])
      expect(told('registration')[key]).toMatchObject({ tone: 'status', link: { href: '#passkeys' } });
  });
});

describe.each(['sign-in', 'step-up'] as const)('a page with a button and autofill: %s', (ceremony) => {
  const messages = messagesWithAutofill(ceremony);
  /** As the script looks for it after a failure of the autofill. */
  const found = (key: string) =>
    [`autofill:${key}`, key].map((name) => messages.find((message) => message.key === name)).find(Boolean);

  it('carries each message of the button as it is, and each key once', () => {
    expect(messages).toEqual(expect.arrayContaining(messagesOf(ceremony)));
    expect(new Set(messages.map(({ key }) => key)).size).toBe(messages.length);
  });

  it('finds for the autofill what it would say by itself, and repeats nothing', () => {
    for (const { key, text } of messagesOf('autofill')) expect(found(key)?.text).toBe(text);
    const own = messages.filter(({ key }) => key.startsWith('autofill:'));
    // Whoever has pressed nothing can press nothing again.
    const silent = ['autofill:NotAllowedError', 'autofill:challenge_expired'];
    expect(own.map(({ key, text }) => [key, text])).toEqual(silent.map((key) => [key, '']));
  });
});

it('at the second step nobody is sent to a recovery code who has none', () => {
  const texts = (hasCodes: boolean) => messagesOf('second-factor', hasCodes).map(({ text }) => text);
  expect(texts(true).join(' ')).toContain('or use a recovery code');
  expect(texts(false).join(' ')).not.toMatch(/recovery code|use your password/);
});

it('whoever has no password is not told to use it, and is told what to do all the same', () => {
  const texts = messagesWithAutofill('step-up', false).map(({ text }) => text);
  // A password that they could still set is another thing.
  expect(texts.filter((text) => /[Uu]se your password/.test(text))).toEqual([]);
  expect(texts).toContain('No passkey was used. Try again.');
  expect(texts).toHaveLength(messagesWithAutofill('step-up').length);
});

it('whoever has given the password is led to a recovery code, and never back to the password', () => {
  const texts = messagesOf('second-factor').map(({ text }) => text);
  expect(texts.filter((text) => /password[^ ]* *\.|new password/.test(text))).toEqual([]);
  expect(texts).toContain('No passkey was used. Try again, or use a recovery code.');
  expect(texts.filter((text) => text.includes('recovery code')).length).toBeGreaterThan(6);
  for (const { link } of messagesOf('second-factor')) expect(link).toBeUndefined();
});
