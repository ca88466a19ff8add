/**
 * A post office with a real mail server and database behind it, and a clock that a test moves. Its hooks belong to the
 * file that calls it.
 */
import type { ParsedMail } from 'mailparser';
import type { SMTPServerOptions } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { createLogger } from '../../src/logger.ts';
import { createMailer } from '../../src/mail/mailer.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { createPostOffice } from '../../src/mail/post-office.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { type MailServer, startMailServer } from './mail-server.ts';

export type Note = { kind: 'note'; to: string };
type Message = { to: string; subject: string; text: string; html: string };

/** Writes a note; to nobody there is nothing to say. */
export async function write(letter: { kind: string }): Promise<Message | null> {
  const { to } = letter as Note;
  if (to.startsWith('nobody')) return null;
  return { to, subject: `A note for ${to}`, text: 'A note.', html: '<p>A note.</p>' };
}

/** Milliseconds pass, at once. */
export const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

export function createPostOfficeRig() {
  let database: TestDatabase;
  let server: MailServer;
  let manners: SMTPServerOptions = {};
  const lines: string[] = [];
  const logger = createLogger('debug', { write: (line) => void lines.push(line) });

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await database.db('outbox').delete();
    manners = {};
    lines.splice(0);
    server = await startMailServer({
      onRcptTo: (address, session, done) =>
        manners.onRcptTo ? manners.onRcptTo(address, session, done) : done(),
    });
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await server.stop();
  });

  const mailer = (smtpUrl = server.url) =>
    createMailer({ from: 'no-reply@app.example.com', host: 'app.example.com', smtpUrl });
  const open = ({ db = database.db, writer = write, smtpUrl = server.url } = {}) =>
    createPostOffice({ db, mailer: mailer(smtpUrl), write: writer, logger });
  type Office = ReturnType<typeof open>;

  return {
    db: (): Database => database.db,
    databaseUrl: () => database.url,
    server: () => server,
    /** How the server behaves until the end of the test; at first it takes everything. */
    behave: (how: SMTPServerOptions) => {
      manners = how;
    },
    mailer,
    open,

    async post(...addresses: string[]): Promise<void> {
      for (const to of addresses) {
        await createOutbox(database.db).add({ kind: 'note', to } as Note);
        pass(1);
      }
    },

    /** As server.ts does, a second at a time. */
    async deliverFor(office: Office, seconds: number): Promise<void> {
      for (let second = 0; second < seconds; second++) {
        await office.deliver();
        pass(1_000);
      }
    },

    /** For whom mails have come, oldest first. */
    arrived: () => server.mails.map(addressee),
    waiting: () => database.db('outbox').select(),
    lines,
    events: () => lines.map((line) => JSON.parse(line)).map(({ event, reason }) => [event, reason]),
  };
}

const addressee = ({ subject }: ParsedMail) => String(subject).replace('A note for ', '');
