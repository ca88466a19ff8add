import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { simpleParser } from 'mailparser';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMailbox, openMailbox } from './mailbox.ts';
import { createMailer } from './mailer.ts';

const from = 'Latchkey <no-reply@app.example.com>';
const mail = {
  id: 'A'.repeat(43),
  to: 'ada@example.com',
  subject: 'Grüße',
  text: 'Ein Wort für Ada.\n',
  html: '<p>Ein Wort für Ada.</p>',
};

const parents: string[] = [];
let directory: string;
let mailbox: ReturnType<typeof createMailbox>;
let mailer: ReturnType<typeof createMailer>;
beforeEach(async () => {
  const parent = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
  parents.push(parent);
  directory = path.join(parent, 'data/mail');
  mailbox = createMailbox(directory);
  mailer = createMailer({ from, host: 'app.example.com', mailbox });
});
afterEach(() => void vi.useRealTimers());
afterAll(() => Promise.all(parents.map((parent) => rm(parent, { recursive: true }))));

const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

describe('a mailbox of files', () => {
  it('is empty, and not there, before the first mail', async () => {
    expect(await mailbox.list()).toEqual([]);
    await expect(stat(directory)).rejects.toThrow('ENOENT');
  });

  it('is there from the start for whoever opens it, or cannot be opened', async () => {
    openMailbox(directory);
    expect(await modeOf(directory)).toBe(0o700);
    const file = path.join(path.dirname(directory), 'file');
    await writeFile(file, '');
    for (const place of [file, path.join(file, 'mail'), path.join(file, 'deep/mail')]) {
      expect(() => openMailbox(place)).toThrow(
        /^Mails cannot be kept in \S+ \(E(EXIST|NOTDIR)\)\. Let it be a folder that this user may write, or set SMTP_URL\.$/,
      );
    }
  });

  it('is not made by whoever only looks, who hears of the same troubles', async () => {
    openMailbox(directory, false);
    await expect(stat(path.dirname(directory))).rejects.toThrow('ENOENT');
    const file = path.join(path.dirname(path.dirname(directory)), 'file');
    await writeFile(file, '');
    expect(() => openMailbox(path.join(file, 'mail'), false)).toThrow(
      /^Mails cannot be kept in \S+ \(ENOTDIR\)\. /,
    );
  });

  it('keeps a mail as it would have been sent', async () => {
    await mailer.send(mail);
    const [kept] = await mailbox.list();
    expect(kept).toMatchObject({ to: mail.to, subject: mail.subject, text: mail.text });
    const parsed = await simpleParser(await readFile(path.join(directory, kept?.file ?? '')));
    expect(parsed).toMatchObject({ subject: mail.subject, text: mail.text, html: `${mail.html}` });
    expect(parsed.from?.text).toBe('"Latchkey" <no-reply@app.example.com>');
    expect(parsed.messageId).toBe(`<${mail.id}@app.example.com>`);
    expect(parsed.headers.get('auto-submitted')).toBe('auto-generated');
  });

  it('can be read by nobody else', async () => {
    await mailer.send(mail);
    expect(await modeOf(directory)).toBe(0o700);
    const files = await readdir(directory);
    expect(files).toHaveLength(2);
    for (const file of files) expect(await modeOf(path.join(directory, file))).toBe(0o600);
  });

  it('keeps the newest 200, and tells the newest first', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-26T10:00:00.000Z') });
    for (let number = 0; number < 203; number++) {
      await mailbox.keep({ ...mail, subject: `Mail ${number}` }, Buffer.from('mail'));
      vi.setSystemTime(Date.now() + 1);
    }
    const subjects = (await mailbox.list()).map(({ subject }) => subject);
    expect([subjects.length, subjects[0], subjects.at(-1)]).toEqual([200, 'Mail 202', 'Mail 3']);
    expect(await readdir(directory)).toHaveLength(400);
  });

  it('shows the others when a file is none of ours', async () => {
    await mailer.send(mail);
    await writeFile(path.join(directory, 'half.json'), '{"at":');
    await writeFile(path.join(directory, 'other.json'), '{"at":1}');
    expect((await mailbox.list()).map(({ subject }) => subject)).toEqual([mail.subject]);
  });
});
