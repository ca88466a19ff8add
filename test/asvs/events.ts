/** The table of docs/security/log.md: every event of src/event-words.ts. */
import { accountEvents, eventsOfTheLog } from '../../src/event-words.ts';
import { tableOf } from './table.ts';

export function eventsTable(): string {
  const ofAccounts = Object.entries(accountEvents).map(([name, { activity, letter }]) => [
    `\`${name}\``,
    activity({}),
    'yes',
    letter ? letter.subject : 'no',
  ]);
  const ofTheLog = Object.entries(eventsOfTheLog).map(([name, when]) => [`\`${name}\``, when, 'no', 'no']);
  return tableOf(['event', 'when', 'in the activity', 'letter to the owner'], [...ofAccounts, ...ofTheLog]);
}
