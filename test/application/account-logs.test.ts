/** What the log says of the life of an account, and what it does not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { createVisitor } from '../support/visitor.ts';

const account = { email: 'mary.canary@example.com', password: 'frankenstein-or-prometheus' };
const later = { email: 'shelley.canary@example.org', password: 'the-last-man-of-1826' };
const canaries = new Set<string>([account.email, account.password, later.email, later.password]);
let running: MailedApp;

async function link(email: string): Promise<string> {
  const path = await running.newestLink(email);
  canaries.add(path.split('/').at(-1) as string);
  return path;
}

/** Each thing that can happen to an account, once; the last is that it is deleted. */
async function live(): Promise<void> {
  const visitor = createVisitor(running);
  await visitor.postForm(paths.signUp, account);
  await visitor.postForm(await link(account.email));
  await visitor.postForm(paths.email, { email: later.email });
  await visitor.postForm(await link(later.email));
  await visitor.postForm(paths.password, { password: later.password });
  await visitor.createPasskey();
  await createSecondPasskey();
  await visitor.postForm(paths.removePassword, { password: later.password });
  await visitor.postForm(paths.password, { password: later.password });
  await visitor.postForm(paths.exportData);
  await createVisitor(running).signIn(later);
  await visitor.postForm(paths.endOtherSessions);
  await createVisitor(running).postForm(await link(later.email));
  const again = createVisitor(running);
  await again.postForm(await link(later.email), { password: later.password });
  await again.postForm(paths.resendVerification);
  await running.database.db('users').where({ email: later.email }).update({ email_verified_at: null });
  await again.postForm(paths.resendVerification);
  await again.postForm(await link(later.email));
  await again.postForm(paths.deleteAccount, later);
  await running.mailsTo(later.email);
}

async function createSecondPasskey(): Promise<void> {
  const elsewhere = createVisitor(running);
  await elsewhere.signIn(later);
  await elsewhere.createPasskey();
}

beforeAll(async () => {
  running = await startMailedApp();
  await live();
}, 60_000);
afterAll(() => running.close());

describe('the log of a whole account', () => {
  it('[ASVS 16.3.1] has every step of it', () => {
    const events = running.log.map((line) => JSON.parse(line)).filter(({ event }) => event !== undefined);
    const told = new Set(events.map(({ event }) => event));
    for (const event of [
      'sign_up_requested',
      'account_created',
      'email_change_requested',
      'email_changed',
      'email_confirmed',
      'password_changed',
      'password_removed',
      'password_set',
      'data_exported',
      'sessions_ended',
      'account_locked_down',
      'password_reset',
      'account_deleted',
      'mail_sent',
    ])
      expect(told, event).toContain(event);
  });

  it('[ASVS 16.2.5] has no address, password or secret of a link in it', () => {
    expect(canaries.size).toBeGreaterThan(8);
    const log = running.log.join('');
    const found = [...canaries].filter(
      (value) => log.includes(value) || log.includes(encodeURIComponent(value)),
    );
    expect(found).toEqual([]);
  });

  it('[ASVS 6.5.2] and the database have no secret of a link in clear', async () => {
    const { db } = running.database;
    for (const table of ['users', 'sessions', 'account_tokens', 'outbox', 'activity', 'rate_limits']) {
      const rows = JSON.stringify(await db(table).select());
      expect(
        [...canaries].filter((value) => rows.includes(value)),
        table,
      ).toEqual([]);
    }
  });
});
