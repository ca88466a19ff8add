/** Times in words, the same for every visitor: English, UTC. */

const date = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Such as "3 Nov 2026". */
export function dateWords(time: Date): string {
  return date.format(time);
}

const dateTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** Such as "3 Nov 2026, 14:05 UTC". */
export function dateTimeWords(time: Date): string {
  return `${dateTime.format(time)} UTC`;
}

/** Such as "just now", "5 minutes ago", "yesterday", "3 Nov 2026" (from a month on). */
export function timeAgo(time: Date, now = Date.now()): string {
  const passed = Math.max(0, now - time.getTime());
  if (passed < minute) return 'just now';
  if (passed < hour) return relative.format(-Math.floor(passed / minute), 'minute');
  if (passed < day) return relative.format(-Math.floor(passed / hour), 'hour');
  if (passed < 30 * day) return relative.format(-Math.floor(passed / day), 'day');
  return dateWords(time);
}

/** How long something lasts, such as "60 minutes", "24 hours", "7 days". @param milliseconds of whole minutes */
export function durationWords(milliseconds: number): string {
  if (milliseconds <= hour) return `${milliseconds / minute} minutes`;
  if (milliseconds <= day) return `${milliseconds / hour} hours`;
  return `${milliseconds / day} days`;
}
