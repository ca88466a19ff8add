/** What /settings/passkeys/review says: each passkey with what its owner may know it by. */
import { createHash } from 'node:crypto';
import type { Passkey } from '../../passkeys/passkey.ts';
import { paths, recoveryCodesPath } from '../../paths.ts';
import { dateTimeWords } from '../../times.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';
import { deviceWords } from '../sessions/device-words.ts';

/**
 * @param words what was done before, why a form came back (empty for nothing), the ids that are ticked, how many recovery
 *   codes there are, which somebody else may have made as well, and whether older passkeys wait for this, as they do after
 *   "This wasn't me" alone
 */
export function reviewPasskeysPage(
  visitor: Visitor,
  passkeys: readonly Passkey[],
  {
    notice,
    problem,
    ticked,
    codesLeft,
    held,
  }: { notice: string; problem: string; ticked: readonly string[]; codesLeft: number; held: boolean },
): Page {
  return {
    template: 'review-passkeys',
    title: 'Do you recognise these passkeys?',
    data: {
      ...frame(visitor),
      notice,
      problem,
      held,
      hasCodes: codesLeft > 0,
      newCodes: recoveryCodesPath(paths.reviewPasskeys),
      action: `${paths.reviewPasskeys}?shown=${shownOf(passkeys)}`,
      passkeys: passkeys.map(({ id, name, createdAt, lastUsedAt, lastDevice }) => ({
        id: shortNameOf(id),
        name,
        isTicked: ticked.includes(shortNameOf(id)),
        created: `Created ${dateTimeWords(createdAt)}`,
        used: usedWords(lastUsedAt, lastDevice),
      })),
    },
  };
}

/** A passkey's name in a form: an id has up to 1364 characters, and a hundred of them would be no form any more. */
export function shortNameOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 16);
}

/** Stands for all that a page has shown: who answers about other passkeys has not looked at these. */
export function shownOf(passkeys: readonly Passkey[]): string {
  return shortNameOf(
    passkeys
      .map(({ id }) => id)
      .sort()
      .join(' '),
  );
}

function usedWords(lastUsedAt: Date | null, lastDevice: string | null): string {
  if (!lastUsedAt) return 'Not used yet';
  const where = lastDevice ? ` · ${deviceWords(lastDevice)}` : '';
  return `Last used ${dateTimeWords(lastUsedAt)}${where}`;
}
