/**
 * The file `.env`: its bytes in, settings by name out, one in each line. Node's parser reads the values; as it passes over
 * what it does not understand, every line is looked at before. Knows no name of a setting.
 */
import { lstatSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { codeOf } from '../setup-fault.ts';

export type EnvFile = { values: Record<string, string>; faults: string[] };

/**
 * A value is bare, or whole in quotes of one kind. In a bare one # would be the end for some and a character for others,
 * so that it begins a comment only behind a space.
 */
const assignment =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*('[^']*'|"[^"]*"|`[^`]*`|(?!['"`#])[^ \t#]+(?:[ \t]+[^ \t#]+)*)?[ \t]*(?:(?<=[ \t])#.*|)$/;

/** A sender with its name in quotes, "Name, Inc" <address>: those belong to the value (RFC 5322, section 3.4). */
const assignmentOfSender =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*("[^"]*"[ \t]*<[^<>\s'"`#]+>)[ \t]*(?:(?<=[ \t])#.*|)$/;

/** @returns nothing when there is no such file; no values when there are faults */
export function readEnvFile(file: string): EnvFile {
  if (!lstatSync(file, { throwIfNoEntry: false })) return { values: {}, faults: [] };
  try {
    return parseEnvFile(readFileSync(file));
  } catch (error) {
    const sentence = `.env cannot be read (${codeOf(error)}): make it a file that this user may read, or remove it`;
    return { values: {}, faults: [sentence] };
  }
}

/** @param bytes UTF-8, or UTF-16 with its byte order mark, which is what editors and shells write */
export function parseEnvFile(bytes: Uint8Array): EnvFile {
  const text = decoded(bytes);
  if (text === null) return { values: {}, faults: ['.env is not text in UTF-8: save it anew as UTF-8'] };
  const values: Record<string, string> = {};
  const faults: string[] = [];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const { name, value = '', fault } = parseLine(line);
    if (fault) faults.push(`.env, line ${index + 1}: ${fault}`);
    else if (name && (values[name] ?? value) !== value)
      faults.push(`.env, line ${index + 1}: ${name} has another value further up; keep one of them`);
    else if (name) values[name] = value;
  }
  return faults.length > 0 ? { values: {}, faults } : { values, faults };
}

/** Null when it is neither, or has what is in no text, as UTF-16 without its mark has everywhere. */
function decoded(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return /[^\P{Cc}\t\r\n]|[\p{Zl}\p{Zp}]/u.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** A comment or a blank line has neither a name nor a fault. */
function parseLine(line: string): { name?: string | undefined; value?: string | undefined; fault?: string } {
  if (/^[ \t]*(#|$)/.test(line)) return {};
  const [, sender, mailbox] = assignmentOfSender.exec(line) ?? [];
  if (sender) return { name: sender, value: mailbox };
  const [, name, written = ''] = assignment.exec(line) ?? [];
  // Node takes a tab around a name or a value for a part of it.
  if (name) return { name, value: parseEnv(`${name}=${written}`)[name] };
  return { fault: faultOf(line) };
}

/** What is wrong with a line that is no assignment, and what to do; nothing of what the line says. */
function faultOf(line: string): string {
  if (/\p{Cf}|[^\P{Zs} ]/u.test(line))
    return 'there is an invisible character, or a space that is none; type the line anew';
  const [, name, value = ''] = /^([^=]*)=[ \t]*(.*)$/.exec(line) ?? [];
  if (name === undefined) return 'there is no =: write NAME=value, and # before a comment';
  if (!/^[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*$/.test(name))
    return 'what stands before = is no name: write NAME=value, the name in letters, digits and _';
  const quote = /^['"`]/.exec(value)?.[0];
  if (!quote)
    return 'a # follows without a space: put the whole value in quotes, or a space before a comment';
  return value.indexOf(quote, 1) < 0
    ? 'the quote at the beginning of the value is not closed: close it in this line, or put the whole value in quotes of another kind'
    : 'the value goes on behind its closing quote: put all of it in one pair of quotes, of a kind that is not in it, and a space before a comment';
}
