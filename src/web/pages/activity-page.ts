/** What /settings/activity says, and the file that can be taken from it. */
import { stringify } from 'csv-stringify/sync';
import type { Entry } from '../../accounts/activity-store.ts';
import { paths } from '../paths.ts';
import type { Page } from '../views.ts';
import type { Visitor } from '../visitor.ts';
import { frame } from './account-frame.ts';
import { activityWords } from './activity-words.ts';
import { deviceWords } from './device-words.ts';
import { dateTimeWords } from './times.ts';

/** More than anybody reads on a page; the file has them all. */
const mostShown = 200;

export function activityPage(visitor: Visitor, entries: readonly Entry[]): Page {
  return {
    template: 'activity',
    title: 'Activity',
    data: {
      ...frame(visitor),
      sessions: paths.sessions,
      password: paths.password,
      file: paths.activityFile,
      more: Math.max(0, entries.length - mostShown),
      entries: entries.slice(0, mostShown).map((entry) => ({
        what: activityWords(entry),
        when: dateTimeWords(entry.at),
        iso: entry.at.toISOString(),
        where: placeOf(entry),
      })),
    },
  };
}

/** A device, and the network it was in; empty for what has happened in no browser. */
function placeOf({ device, address }: Entry): string {
  return [device && deviceWords(device), address && `network ${address}`].filter(Boolean).join(' · ');
}

/** The same as a table (RFC 4180). What a spreadsheet would take for a formula is text in it (OWASP, CSV injection). */
export function activityFile(entries: readonly Entry[]): string {
  const rows = entries.map((entry) => ({
    time: entry.at.toISOString(),
    what: activityWords(entry),
    device: entry.device ? deviceWords(entry.device) : '',
    network: entry.address ?? '',
  }));
  const columns = ['time', 'what', 'device', 'network'];
  return stringify(rows, {
    header: true,
    columns,
    escape_formulas: true,
    record_delimiter: 'windows',
    bom: true,
  });
}
