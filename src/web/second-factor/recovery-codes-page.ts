/** What /settings/recovery-codes says: how many are left, and, once, what they are. */
import { brand } from '../../brand.ts';
import { paths, recoveryCodesPath } from '../../paths.ts';
import { dateWords } from '../../times.ts';
import { addressWords } from '../http/address-words.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';
import { codesLeftWords } from './second-factor-words.ts';

/** What the script says after it has copied the codes, or could not. */
const messages = [
  { key: 'copied', tone: 'status', text: 'Copied.' },
  {
    key: 'not_copied',
    tone: 'alert',
    text: 'Your browser did not copy them. Select them, or download them.',
  },
];

type RecoveryCodes = {
  /** How many there are; null when there is nothing that they would be for. */
  left: number | null;
  /** Where whoever was led here wanted to go; null for whoever came by themselves. */
  returnTo: string | null;
  /** Why no new ones were made, or empty. */
  problem: string;
};

export function recoveryCodesPage(visitor: Visitor, { left, returnTo, problem }: RecoveryCodes): Page {
  const action = returnTo === null ? paths.recoveryCodes : recoveryCodesPath(returnTo);
  return {
    template: 'recovery-codes',
    title: 'Recovery codes',
    data: {
      ...frame(visitor),
      problem,
      left: codesLeftWords(left ?? 0),
      hasSome: left !== null && left > 0,
      action: left === null ? '' : action,
      back: returnTo ?? paths.secondFactor,
      backText: returnTo === null ? 'Back' : 'Not now',
    },
  };
}

/**
 * The codes themselves, which are shown on no other page and never again.
 *
 * @param notice what has happened besides, or empty
 * @param returnTo as above
 */
export function newRecoveryCodesPage(
  visitor: Visitor,
  codes: readonly string[],
  notice: string,
  returnTo: string | null,
): Page {
  const about = `Recovery codes of ${addressWords(visitor.address)} at ${brand.name}, created on ${dateWords(new Date())}`;
  return {
    template: 'new-recovery-codes',
    title: 'Your recovery codes',
    data: {
      ...frame(visitor),
      notice,
      about,
      codes,
      fileName: `${brand.slug}-recovery-codes.txt`,
      file: `data:text/plain;charset=utf-8,${encodeURIComponent(fileOf(about, codes))}`,
      back: returnTo ?? paths.secondFactor,
      messages,
    },
  };
}

function fileOf(about: string, codes: readonly string[]): string {
  return [about, codes.join('\n'), 'Each works once, in place of a passkey.', ''].join('\n\n');
}
