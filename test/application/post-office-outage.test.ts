import { describe, expect, it } from 'vitest';
import { createOutbox } from '../../src/mail/outbox.ts';
import { startMailServer } from '../support/mail-server.ts';
import { createPostOfficeRig, type Note, pass, write } from '../support/post-office.ts';

const { db, server, mailer, open, post, deliverFor, arrived, waiting, lines, events } = createPostOfficeRig();

describe('while the mail server is down', () => {
  it('letters wait, and all arrive once when it is back', async () => {
    await server().stop();
    const office = open();
    const addresses = Array.from({ length: 20 }, (_, number) => `${number}@example.com`);
    await post(...addresses);
    await deliverFor(office, 120);
    expect((await waiting()).length).toBe(20);
    expect(server().mails).toEqual([]);

    await server().start();
    await deliverFor(office, 31);
    expect(arrived().sort()).toEqual(addresses.sort());
    expect(await waiting()).toEqual([]);
  });

  it('it is asked less and less often, down to twice a minute', async () => {
    await server().stop();
    const office = open();
    await post('a@example.com', 'b@example.com');
    const started = Date.now();
    const times: number[] = [];
    for (let second = 0; second < 130; second++) {
      const before = lines.length;
      await office.deliver();
      if (lines.length > before) times.push(Math.round((Date.now() - started) / 1_000));
      pass(1_000);
    }
    expect(times).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121]);
    expect(events()[0]).toEqual(['mail_delayed', 'note: ECONNREFUSED CONN']);
  });

  it('a letter that was tried meanwhile is not held back for it afterwards', async () => {
    await server().stop();
    const office = open();
    await post('a@example.com');
    await deliverFor(office, 60);
    expect((await waiting())[0].attempts).toBe(0);
  });
});

describe('a mail of which nobody knows whether it arrived', () => {
  it('has the same name when it comes again: the process died after sending', async () => {
    await post('a@example.com');
    const taken = await createOutbox(db()).claim();
    const message = await write(taken?.letter as Note);
    await mailer().send({ ...(message as NonNullable<typeof message>), id: taken?.id ?? '' });

    const office = open();
    await deliverFor(office, 59);
    expect(server().mails).toHaveLength(1);
    await deliverFor(office, 3);
    const [first, second, ...others] = server().mails;
    expect(others).toEqual([]);
    expect(first?.messageId).toMatch(/^<[A-Za-z0-9_-]{43}@app\.example\.com>$/);
    expect([second?.messageId, second?.text]).toEqual([first?.messageId, first?.text]);
  });

  it('has the same name when it comes again: the answer of the server was lost', async () => {
    const names: (string | undefined)[] = [];
    const forgetful = await startMailServer({
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (chunk) => {
          text += chunk;
        });
        stream.once('end', () => {
          names.push(/^Message-ID: (.*)\r$/m.exec(text)?.[1]);
          if (names.length === 1) void forgetful.stop();
          else done();
        });
      },
    });
    const office = open({ smtpUrl: forgetful.url });
    await post('a@example.com');
    await office.deliver();
    expect([names.length, (await waiting()).length]).toEqual([1, 1]);
    await forgetful.start();
    await deliverFor(office, 3);
    expect(names).toEqual([names[0], names[0]]);
    expect(names[0]).toMatch(/^<.{43}@app\.example\.com>$/);
    expect(await waiting()).toEqual([]);
    await forgetful.stop();
  });
});
