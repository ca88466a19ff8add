/**
 * A folder that stands in for a mail server in development: each mail as an .eml file, and what of it is shown beside
 * it. Knows files; sends nothing.
 */
import { mkdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { codeOf, ensureWritable, SetupFault } from '../setup-fault.ts';
import type { Message } from './mailer.ts';

const kept = 200;

const shown = z.object({
  at: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  /** With its pictures in it. Mails of earlier versions have none. */
  html: z.string().default(''),
  file: z.string(),
});

/** A mail as it can be looked at. @property at ISO text */
export type Kept = z.infer<typeof shown>;

export type Mailbox = ReturnType<typeof createMailbox>;

/**
 * A mailbox whose folder is there, and takes mails.
 *
 * @param makes false for whoever only looks: then it is enough that the folder could be made
 * @throws {SetupFault} when it is not
 */
export function openMailbox(directory: string, makes = true): Mailbox {
  try {
    if (makes) mkdirSync(directory, { recursive: true, mode: 0o700 });
    ensureWritable(directory);
    return createMailbox(directory);
  } catch (cause) {
    throw new SetupFault(
      `Mails cannot be kept in ${directory} (${codeOf(cause)}). Let it be a folder that this user may write, or set SMTP_URL.`,
      { cause },
    );
  }
}

/** @param directory made when the first mail comes, where {@link openMailbox} has not made it; only its owner can read it */
export function createMailbox(directory: string) {
  const entries = async () =>
    (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.json')).sort();

  /** Null when it was forgotten meanwhile, or is nothing that we wrote. */
  async function read(name: string): Promise<Kept | null> {
    try {
      return shown.parse(JSON.parse(await readFile(path.join(directory, name), 'utf8')));
    } catch {
      return null;
    }
  }

  async function forgetOldest(): Promise<void> {
    for (const name of (await entries()).slice(0, -kept)) {
      await rm(path.join(directory, name), { force: true });
      await rm(path.join(directory, name.replace(/json$/, 'eml')), { force: true });
    }
  }

  return {
    /** @param raw the mail as it would have been sent (RFC 5322) */
    async keep(
      { id, to, subject, text, html, images }: Message & { id: string },
      raw: Buffer,
    ): Promise<void> {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const at = new Date().toISOString();
      const name = `${at.replaceAll(/[:.]/g, '-')}-${id.slice(0, 8)}`;
      const facts: Kept = { at, to, subject, text, html: withImages(html, images), file: `${name}.eml` };
      await writeFile(path.join(directory, `${name}.eml`), raw, { mode: 0o600 });
      // Whole or not at all, for whoever is looking just now.
      const draft = path.join(directory, `${name}.draft`);
      await writeFile(draft, JSON.stringify(facts), { mode: 0o600 });
      await rename(draft, path.join(directory, `${name}.json`));
      await forgetOldest();
    },

    /** The mails that are kept, newest first; empty when there is none. */
    async list(): Promise<Kept[]> {
      const names = (await entries()).reverse();
      return (await Promise.all(names.map(read))).filter((mail) => mail !== null);
    },
  };
}

/** The same with its pictures as data: a browser knows no `cid:`. */
function withImages(html: string, images: Message['images'] = []): string {
  return images.reduce(
    (shown, { id, png }) => shown.replaceAll(`cid:${id}`, `data:image/png;base64,${png.toString('base64')}`),
    html,
  );
}
