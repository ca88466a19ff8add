/** What every page of somebody who is signed in has around it. */
import { paths } from '../paths.ts';
import type { Visitor } from '../visitor.ts';
import { messagesOf } from './passkey-messages.ts';

const upgradeMessages = messagesOf('upgrade');

/** Who is signed in, the way home, the way out, and what the script does unasked. */
export function frame({ email, mayUpgrade }: Visitor) {
  return {
    email,
    home: paths.dashboard,
    logoutAction: paths.logout,
    signalsUrl: paths.passkeySignals,
    eventsUrl: paths.passkeyEvents,
    upgradeUrl: mayUpgrade ? paths.passkeyRegistration : '',
    upgradeMessages,
  };
}
