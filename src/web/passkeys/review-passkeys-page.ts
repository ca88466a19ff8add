/** What /settings/passkeys/review says: each passkey with what its owner may know it by. */
import type { Passkey } from '../../passkeys/passkey.ts';
import { paths } from '../../paths.ts';
import { dateTimeWords } from '../../times.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';
import { deviceWords } from '../sessions/device-words.ts';

/** @param words what was done before, and why a form came back; empty for nothing */
export function reviewPasskeysPage(
  visitor: Visitor,
  passkeys: readonly Passkey[],
  words: { notice: string; problem: string },
): Page {
  return {
    template: 'review-passkeys',
    title: 'Do you know these passkeys?',
    data: {
      ...frame(visitor),
      ...words,
      action: paths.reviewPasskeys,
      passkeys: passkeys.map(({ id, name, createdAt, lastUsedAt, lastDevice }) => ({
        id,
        name,
        created: `Created ${dateTimeWords(createdAt)}`,
        used: usedWords(lastUsedAt, lastDevice),
      })),
    },
  };
}

function usedWords(lastUsedAt: Date | null, lastDevice: string | null): string {
  if (!lastUsedAt) return 'Not used yet';
  const where = lastDevice ? ` on ${deviceWords(lastDevice)}` : '';
  return `Used last ${dateTimeWords(lastUsedAt)}${where}`;
}
