import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/db/database.ts';
import { createOutbox } from '../../../src/mail/outbox.ts';
import { createPostOfficeRig, type Note, write } from '../../support/post-office.ts';

const { db, databaseUrl, server, open, post, deliverFor, arrived, waiting, lines, events } =
  createPostOfficeRig();

describe('the post office', () => {
  it('delivers what was posted, in order, once', async () => {
    const office = open();
    await post('a@example.com', 'b@example.com', 'c@example.com');
    await Promise.all([office.deliver(), office.deliver(), office.deliver()]);
    await office.deliver();
    expect(arrived()).toEqual(['a@example.com', 'b@example.com', 'c@example.com']);
    expect(await waiting()).toEqual([]);
    expect(events()).toEqual(Array(3).fill(['mail_sent', 'note']));
  });

  it('sends nothing when there is nothing to say any more, and says nothing about it', async () => {
    const office = open();
    await post('nobody@example.com');
    await office.deliver();
    expect([server().mails, await waiting(), lines]).toEqual([[], [], []]);
  });

  it('has no letter when the transaction around it is taken back', async () => {
    const office = open();
    const failing = db().transaction(async (trx) => {
      await createOutbox(trx).add({ kind: 'note', to: 'a@example.com' } as Note);
      throw new Error('taken back');
    });
    await expect(failing).rejects.toThrow('taken back');
    await office.deliver();
    expect(server().mails).toEqual([]);
  });

  it('keeps no address and no text beside the letter itself', async () => {
    await post('a@example.com');
    const [row] = await waiting();
    expect(JSON.parse(row.letter)).toEqual({ kind: 'note', to: 'a@example.com' });
    expect(JSON.stringify(row)).not.toContain('secret');
  });

  it('shares the work with another process on the same database: each mail comes once', async () => {
    const another = openDatabase(databaseUrl(), '/');
    const offices = [open(), open({ db: another })];
    const addresses = Array.from({ length: 30 }, (_, number) => `${number}@example.com`);
    await post(...addresses);
    await Promise.all(offices.map((office) => office.deliver()));
    expect(arrived().sort()).toEqual(addresses.sort());
    await another.destroy();
  });
});

describe('when something breaks', () => {
  it('a letter that cannot be written holds back nobody else, and is not lost', async () => {
    let broken = true;
    const office = open({
      writer: async (letter) => {
        if (broken && (letter as Note).to.startsWith('a')) throw new TypeError('cannot read it');
        return write(letter);
      },
    });
    await post('a@example.com', 'b@example.com');
    await deliverFor(office, 5);
    expect(arrived()).toEqual(['b@example.com']);
    broken = false;
    await deliverFor(office, 62);
    expect(arrived()).toEqual(['b@example.com', 'a@example.com']);
  });

  it('delivering throws nothing without a database, and complains no more than twice a minute', async () => {
    const gone = openDatabase(databaseUrl(), '/');
    await gone.destroy();
    const office = open({ db: gone });
    await deliverFor(office, 120);
    const complaints = lines.map((line) => JSON.parse(line).msg);
    expect(new Set(complaints)).toEqual(new Set(['mail could not be delivered']));
    expect(complaints.length).toBeLessThan(10);
  });
});
