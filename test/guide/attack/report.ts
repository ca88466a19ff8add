/** What the attacks print. Knows no attack by name. */
import type { Attack, Outcome } from './attack.ts';
import type { Exchange } from './browser.ts';

export const heading = 'control: Ada signs in with her password, creates a passkey, and signs in with it\n\n';

/** @param reason why it was not tried, or could not be */
export function lineOf({ name, tells }: Attack, outcome: Outcome, reason?: string): string {
  return `${outcome.padEnd(12)} ${name.padEnd(21)} ${tells}${reason ? ` (${reason})` : ''}\n`;
}

/**
 * What an attack that got through, or did not work, has sent to an app of somebody's own, and what was answered: the hole
 * is marked, and in the part that is shown.
 */
export function detailsOf(outcome: Outcome, exchanges: Exchange[]): string {
  if (outcome !== 'got through' && outcome !== 'could not be tried') return '';
  const { length } = exchanges;
  const hole = exchanges.findLastIndex(({ wrong }) => wrong !== undefined);
  const end = hole >= 0 && hole < length - mostShown ? hole + 1 : length;
  const first = Math.max(0, end - mostShown);
  return [
    ...(first > 0 ? [`(${first} before)`] : []),
    ...exchanges.slice(first, end).map(lineOfExchange),
    ...(end < length ? [`(${length - end} after)`] : []),
  ]
    .map((line) => `             ${line}\n`)
    .join('');
}

function lineOfExchange({ who, line, wrong }: Exchange): string {
  return `${who.padEnd(7)} ${line}${wrong ? ` ← ${wrong}` : ''}`;
}

/** Lines of exchanges. */
const mostShown = 12;

export function summaryOf(outcomes: Outcome[]): string {
  const count = (...those: Outcome[]) => outcomes.filter((outcome) => those.includes(outcome)).length;
  const [through, left] = [count('got through'), count('not there', 'not tried')];
  const failed = count('could not be tried');
  const untried = left ? `; ${left} ${left === 1 ? 'was' : 'were'} not tried` : '';
  const unknown = failed ? `; ${failed} could not be tried` : '';
  return `\n${through || 'None'} got through${unknown}${untried}.\n`;
}
