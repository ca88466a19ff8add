/** What every page of somebody who is signed in has around it. */
import { paths } from '../../paths.ts';
import { messagesOf } from '../passkeys/ceremony-words.ts';
import { codeUsedWords } from '../second-factor/second-factor-words.ts';
import { addressWords } from './address-words.ts';
import type { Visitor } from './visitor.ts';

const upgradeMessages = messagesOf('upgrade');

/** Where one can go from every page, and what else belongs there: how the addresses of its sub-pages begin. */
const sections: { href: string; text: string; below?: string[] }[] = [
  { href: paths.dashboard, text: 'Dashboard', below: ['/passkeys/', paths.reviewPasskeys] },
  {
    href: paths.security,
    text: 'Security',
    below: [paths.password, paths.email, paths.secondFactor, paths.recoveryCodes],
  },
  { href: paths.sessions, text: 'Sessions' },
  { href: paths.activity, text: 'Activity' },
  { href: paths.data, text: 'Your data', below: [paths.deleteAccount] },
];

/**
 * Who is signed in, the way home, to other pages and out, and what the script does unasked.
 *
 * @param place the address that the page is about, where that is another one
 */
export function frame({ address, path, takeUpgradeOffer, takeCodesLeft }: Visitor, place = path) {
  const section = sectionOf(place);
  return {
    email: addressWords(address),
    // What a password manager saves: the address with which one signs in.
    username: address ?? '',
    newAddress: address === null && path !== paths.email ? paths.email : '',
    home: paths.dashboard,
    sections: sections.map(({ href, text }) => ({
      href,
      text,
      current: href === path ? 'page' : href === section ? 'true' : '',
    })),
    logoutAction: paths.logout,
    signalsUrl: paths.passkeySignals,
    eventsUrl: paths.passkeyEvents,
    upgradeUrl: takeUpgradeOffer() ? paths.passkeyRegistration : '',
    upgradeMessages,
    codeUsed: codeUsedWords(takeCodesLeft()),
    // Where they are created the form is the way.
    newCodes: path === paths.recoveryCodes ? '' : paths.recoveryCodes,
  };
}

/**
 * Where to go back to from an act that one thinks better of: the page from which one came, if it is one of those that are
 * always at hand, otherwise the one to which the act belongs.
 *
 * @param from the page before, a path of this origin; empty when that is not known
 * @param wanted the address of the act
 */
export function wayBack(from: string, wanted: string): string {
  const isAtHand = sections.some(({ href }) => href === from.split('?')[0]);
  return isAtHand ? from : (sectionOf(wanted) ?? paths.dashboard);
}

/**
 * The section that an address belongs to.
 *
 * @param address a path of this origin, with or without a query
 * @returns the path of the section's own page; undefined for an address that belongs to none
 */
export function sectionOf(address: string): string | undefined {
  const [path = ''] = address.split('?');
  return sections.find(({ href, below = [] }) => [href, ...below].some((one) => path.startsWith(one)))?.href;
}
