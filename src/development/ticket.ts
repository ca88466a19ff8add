/** What happened to the ticket of a ceremony, as a sentence. Must not know the ticket: it is between server and browser. */
import type { Ceremony } from './ceremony-log.ts';

/** Of a sign-in nobody is known yet; the others are bound to a person. */
const forAnybody: readonly Ceremony['purpose'][] = ['sign-in'];

/**
 * @param madeAt when the ceremony was begun
 * @param finish how it ended; undefined while it has not
 */
export function ticketOf(madeAt: Date, purpose: Ceremony['purpose'], finish: Ceremony['finish']): string {
  const holder = forAnybody.includes(purpose) ? 'this browser' : 'this browser, this person and this sign-in';
  const made = `With the options, at ${madeAt.toISOString()}, the browser was given a ticket for the challenge: a signed cookie, for ${holder}, five minutes at most.`;
  return `${made} ${spent(finish)}`;
}

function spent(finish: Ceremony['finish']): string {
  if (!finish) return 'It has not been used.';
  const at = finish.at.toISOString();
  if (finish.outcome === 'used before')
    return `At ${at} it had been spent before, and nothing else was looked at.`;
  if (finish.outcome.startsWith('no ticket'))
    return `At ${at} the browser had none that fits, and nothing else was looked at.`;
  return `It was spent at ${at}, before anything else was looked at: whatever came of it, a new ceremony is needed.`;
}
