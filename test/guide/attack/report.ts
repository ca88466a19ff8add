/** What the attacks print. Knows no attack by name. */
import type { Attack, Outcome } from './attack.ts';

export const heading = 'control: Ada signs in with her password, creates a passkey, and signs in with it\n\n';

export function lineOf({ name, tells }: Attack, outcome: Outcome): string {
  return `${outcome.padEnd(12)} ${name.padEnd(21)} ${tells}\n`;
}

export function summaryOf(outcomes: Outcome[]): string {
  const through = outcomes.filter((outcome) => outcome === 'got through').length;
  return through ? `\n${through} got through.\n` : '\nNone got through.\n';
}
