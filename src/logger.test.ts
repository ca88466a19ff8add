import { describe, expect, it, vi } from 'vitest';
import { createLogger, logEvent, logPasskeyApiReport, pseudonym } from './logger.ts';

function collecting(level = 'info') {
  const lines: string[] = [];
  const logger = createLogger(level, { write: (line) => void lines.push(line) });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') };
}

describe('the log', () => {
  it('[ASVS 16.2.2, 16.2.4] is one line of JSON for each event, with the time in UTC', () => {
    const { logger, lines, last } = collecting();
    logEvent(logger, 'sign_in', { outcome: 'success', user: 'abc', method: 'password', address: '::1' });
    expect(lines).toEqual([expect.stringMatching(/^[^\n]*\n$/)]);
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      event: 'sign_in',
      outcome: 'success',
      user: 'abc',
      method: 'password',
      address: '::1',
      msg: 'sign_in',
    });
  });

  it('warns of what was refused', () => {
    const { logger, last } = collecting('warn');
    logEvent(logger, 'sign_in_refused', { outcome: 'refused', reason: 'a\nb' });
    expect(last()).toMatchObject({ level: 'warn', reason: 'a\nb' });
    logEvent(logger, 'sign_out', { outcome: 'success' });
    expect(last().event).toBe('sign_in_refused');
  });

  it('tells its listener of the counter of a passkey, and nothing of a fault', () => {
    const heard: unknown[] = [];
    const listener = { event: (...told: unknown[]) => void heard.push(told), request: () => undefined };
    const logger = createLogger('silent', { write: () => undefined }, listener);
    logPasskeyApiReport(logger, 'passkey_api_fault', { err: new Error('down') });
    logPasskeyApiReport(logger, 'passkey_counter_regression', {
      userId: 'ada',
      credentialId: 'key',
      stored: 2,
    });
    const facts = { outcome: 'refused', user: pseudonym('ada'), credential: pseudonym('key') };
    expect(heard).toEqual([['passkey_counter_regression', facts]]);
  });

  it('keeps the message, code and causes of an error, and nothing that hangs on it', () => {
    const { logger, last, lines } = collecting();
    const cause = Object.assign(new Error('the cause'), { detail: 'Failing row contains (secret)' });
    const error = Object.assign(new Error('the fault', { cause }), { code: '23514', body: 'a secret body' });
    logger.error({ err: error }, 'unexpected error');
    expect(last().err).toMatchObject({ type: 'Error', code: '23514', message: 'the fault: the cause' });
    expect(last().err.stack).toContain('the cause');
    expect(lines.join()).not.toContain('secret');
  });

  it('[ASVS 16.2.5] drops what nobody should have handed to it', () => {
    const { logger, lines } = collecting();
    logger.info({
      password: 'secret',
      token: 'secret',
      user: { password: 'secret' },
      headers: { cookie: 'secret' },
    });
    logger.info({ credential: { id: 'secret', response: 'secret' } });
    expect(lines.join()).not.toContain('secret');
  });
});

describe('the log on standard output', () => {
  it('is bounded while nobody reads it: what has no room is dropped', () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const waiting = vi.spyOn(process.stdout, 'writableLength', 'get');
    const logger = createLogger('info');
    for (const length of [0, 999_999, 1_000_000, 2_000_000]) {
      waiting.mockReturnValue(length);
      logger.info(`after ${length}`);
    }
    const lines = written.mock.calls.map(([line]) => JSON.parse(String(line)).msg);
    vi.restoreAllMocks();
    expect(lines).toEqual(['after 0', 'after 999999']);
  });
});

describe('pseudonym', () => {
  it('is the same for the same id, another for another, and not the id', () => {
    expect(pseudonym('ada')).toBe(pseudonym('ada'));
    expect(pseudonym('ada')).not.toBe(pseudonym('Ada'));
    expect(pseudonym('ada')).toMatch(/^[0-9a-f]{16}$/);
  });
});
