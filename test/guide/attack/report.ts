/** What the attacks print. Knows no attack by name. */
import type { Attack, Outcome } from './attack.ts';

export const heading = 'control: Ada signs in with her password, creates a passkey, and signs in with it\n\n';

/** @param reason why it was not tried */
export function lineOf({ name, tells }: Attack, outcome: Outcome, reason?: string): string {
  return `${outcome.padEnd(12)} ${name.padEnd(21)} ${tells}${reason ? ` (${reason})` : ''}\n`;
}

/** What an attack that got through has sent to an app of somebody's own, and what was answered: the end of it is what counts. */
export function detailsOf(outcome: Outcome, exchanges: string[]): string {
  if (outcome !== 'got through') return '';
  const left = exchanges.length - mostShown;
  const before = left > 0 ? [`(${left} before)`] : [];
  return [...before, ...exchanges.slice(-mostShown)].map((line) => `             ${line}\n`).join('');
}

/** Lines of exchanges. */
const mostShown = 12;

export function summaryOf(outcomes: Outcome[]): string {
  const count = (...those: Outcome[]) => outcomes.filter((outcome) => those.includes(outcome)).length;
  const [through, left] = [count('got through'), count('not there', 'not tried')];
  const untried = left ? `; ${left} ${left === 1 ? 'was' : 'were'} not tried` : '';
  return `\n${through || 'None'} got through${untried}.\n`;
}
