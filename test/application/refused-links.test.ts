/** Links that open nothing: what people see is one sentence, and the log hears of each. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { eventsOf } from '../support/log.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { createVisitor } from '../support/visitor.ts';

let running: MailedApp;
beforeAll(async () => {
  running = await startMailedApp();
});
afterAll(() => running.close());

const secret = 'nobody-has-this-secret';
const links = [
  ['reset-password', paths.resetPassword(secret)],
  ['change-email', paths.confirmEmail(secret)],
  ['lockdown', paths.lockdown(secret)],
  ['confirm-email', paths.verifyEmail(secret)],
] as const;

describe('[ASVS 16.3.3] a link that opens nothing', () => {
  it.each(links)('is told in the log when it is used: %s', async (reason, path) => {
    const told = eventsOf(running, 'link_refused').length;
    const answer = await createVisitor(running).postForm(path, { password: 'difference-engine-no-2' });
    expect(answer.status).toBe(410);
    const events = eventsOf(running, 'link_refused').slice(told);
    expect(events).toMatchObject([{ outcome: 'refused', reason, address: '127.0.0.1' }]);
    expect(running.log.join('')).not.toContain(secret);
  });
});
