/** What every page of somebody who is signed in has around it. */
import { paths } from '../../paths.ts';
import { messagesOf } from '../passkeys/ceremony-words.ts';
import type { Visitor } from './visitor.ts';

const upgradeMessages = messagesOf('upgrade');

const rooms = [
  { href: paths.dashboard, text: 'Dashboard' },
  { href: paths.security, text: 'Security' },
  { href: paths.sessions, text: 'Sessions' },
  { href: paths.activity, text: 'Activity' },
  { href: paths.data, text: 'Your data' },
];

/** Who is signed in, the way home, to other pages and out, and what the script does unasked. */
export function frame({ email, path, takeUpgradeOffer }: Visitor) {
  return {
    email,
    home: paths.dashboard,
    rooms: rooms.map((room) => ({ ...room, isHere: room.href === path })),
    logoutAction: paths.logout,
    signalsUrl: paths.passkeySignals,
    eventsUrl: paths.passkeyEvents,
    upgradeUrl: takeUpgradeOffer() ? paths.passkeyRegistration : '',
    upgradeMessages,
  };
}
