/** What is said of ending sessions. Must not know when they end. */

export const endOthersNow = 'Thank you. You can end all other sessions now.';
export const endOneNow = 'Thank you. You can end the session now.';
export const noSuchSession = 'There is no such session.';

/** @param device whose session it was, in words */
export function endedOneWords(device: string): string {
  return `Session ended: ${device}.`;
}

export function endedWords(count: number): string {
  if (count === 0) return 'There were no other sessions.';
  return count === 1 ? 'The other session was ended.' : `${count} other sessions were ended.`;
}
