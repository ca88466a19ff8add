/** What /settings/activity says, and the file that can be taken from it. */
import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { ActivityPage, Entry, Place } from '../../accounts/activity-store.ts';
import { accountEvents } from '../../event-words.ts';
import { cleaned, isolated } from '../../names.ts';
import { paths } from '../../paths.ts';
import { dateTimeWords } from '../../times.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';
import { deviceWords } from '../sessions/device-words.ts';

export function activityPage(visitor: Visitor, { entries, hasNewer, hasOlder }: ActivityPage): Page {
  const [first, last] = [entries.at(0), entries.at(-1)];
  return {
    template: 'activity',
    title: 'Activity',
    data: {
      ...frame(visitor),
      sessions: paths.sessions,
      password: paths.password,
      file: paths.activityFile,
      newest: paths.activity,
      newer: hasNewer && first ? paths.activityAfter(nameOf(first)) : '',
      older: hasOlder && last ? paths.activityBefore(nameOf(last)) : '',
      entries: entries.map((entry) => ({
        what: activityWords({ ...entry, detail: entry.detail && isolated(entry.detail) }),
        when: dateTimeWords(entry.at),
        iso: entry.at.toISOString(),
        again: entry.times > 1 ? again(entry) : '',
        where: sourceOf(entry),
      })),
    },
  };
}

/** An entry as a link names it. */
function nameOf({ at, id }: Place): string {
  return `${at.toISOString()}_${id}`;
}

function again({ times, lastAt }: Entry): string {
  return `${times} times, last on ${dateTimeWords(lastAt)}`;
}

/** A device, and the network it was in; empty for what has happened in no browser. */
function sourceOf({ device, address }: Entry): string {
  return [device && deviceWords(device), address && `network ${address}`].filter(Boolean).join(' · ');
}

/**
 * The same as a table (RFC 4180), made while it is read. What a spreadsheet would take for a formula is text in it (OWASP,
 * CSV injection).
 */
export function activityFile(entries: AsyncIterable<Entry[]>): Readable {
  const table = stringify({
    header: true,
    columns: ['time', 'what', 'device', 'network', 'times', 'last_time'],
    escape_formulas: true,
    record_delimiter: 'windows',
    bom: true,
  });
  // Whoever reads the table hears what went wrong, since it ends with the entries.
  return pipeline(Readable.from(rowsOf(entries)), table, () => {});
}

async function* rowsOf(entries: AsyncIterable<Entry[]>): AsyncGenerator<Record<string, string>> {
  for await (const batch of entries)
    for (const entry of batch)
      yield {
        time: entry.at.toISOString(),
        what: cleaned(activityWords(entry)),
        device: entry.device ? deviceWords(entry.device) : '',
        network: entry.address ?? '',
        times: String(entry.times),
        last_time: entry.lastAt.toISOString(),
      };
}

/**
 * Such as "Signed in with a passkey" or "Passkey added: iCloud Keychain".
 *
 * @returns the event's own name when another release wrote it, and nobody knows its words here
 */
export function activityWords({ event, method, detail }: Pick<Entry, 'event' | 'method' | 'detail'>): string {
  const words = Object.hasOwn(accountEvents, event) ? accountEvents[event] : undefined;
  return words?.activity({ method, detail }) ?? event;
}
