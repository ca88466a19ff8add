import { describe, expect, it } from 'vitest';
import { createPostOfficeRig, pass } from '../support/post-office.ts';

const { server, behave, open, post, deliverFor, arrived, waiting, lines, events } = createPostOfficeRig();

describe('a letter that is refused', () => {
  /** As a server words it: with the address in it. */
  const refusing = (code: number, unwelcome: string): void => {
    behave({
      onRcptTo: ({ address }, _session, done) =>
        address === unwelcome
          ? done(Object.assign(new Error(`<${address}> is not welcome`), { responseCode: code }))
          : done(),
    });
  };

  it('for good is given up, and the others arrive', async () => {
    refusing(550, 'b@example.com');
    const office = open();
    await post('a@example.com', 'b@example.com', 'c@example.com');
    await deliverFor(office, 3);
    expect(arrived()).toEqual(['a@example.com', 'c@example.com']);
    expect(await waiting()).toEqual([]);
    expect(events()).toContainEqual(['mail_given_up', 'note: 550 RCPT TO']);
  });

  it('for now is tried again after a minute, then two, and the others do not wait', async () => {
    refusing(451, 'b@example.com');
    const office = open();
    await post('b@example.com', 'a@example.com');
    await office.deliver();
    expect(arrived()).toEqual(['a@example.com']);
    const refusals = () => events().filter(([event]) => event === 'mail_delayed').length;
    await deliverFor(office, 59);
    expect(refusals()).toBe(1);
    await deliverFor(office, 3);
    expect(refusals()).toBe(2);
    behave({});
    await deliverFor(office, 118);
    expect(arrived()).toEqual(['a@example.com']);
    await deliverFor(office, 4);
    expect(arrived()).toEqual(['a@example.com', 'b@example.com']);
  });

  it('for three days is given up', async () => {
    refusing(451, 'a@example.com');
    const office = open();
    await post('a@example.com');
    for (let half = 0; half < 6; half++) {
      await office.deliver();
      expect(await waiting(), `after ${half} half days`).toHaveLength(1);
      pass(12 * 3_600_000 + 1);
    }
    await office.deliver();
    expect(await waiting()).toEqual([]);
    expect(events().at(-1)).toEqual(['mail_given_up', 'note: too old']);
    expect(server().mails).toEqual([]);
  });

  it('[ASVS 16.2.5] leaves no address, text or secret in the log, nor does one that arrives', async () => {
    refusing(550, 'b@example.com');
    const office = open();
    await post('a@example.com', 'b@example.com');
    await office.deliver();
    await server().stop();
    await post('c@example.com');
    await office.deliver();
    expect(events().map(([event]) => event)).toEqual(['mail_sent', 'mail_given_up', 'mail_delayed']);
    expect(lines.join('')).not.toMatch(/@|A note|secret|app\.example/);
    for (const { id } of await waiting()) expect(lines.join('')).not.toContain(id);
  });
});
