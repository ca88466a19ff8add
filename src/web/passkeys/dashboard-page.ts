/** What /dashboard says. */
import { isolated } from '../../names.ts';
import type { Passkey } from '../../passkeys/passkey.ts';
import { paths } from '../../paths.ts';
import { dateWords, timeAgo } from '../../times.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';
import { codesAloneWords } from '../second-factor/second-factor-words.ts';
import { deviceWords } from '../sessions/device-words.ts';
import { messagesOf } from './ceremony-words.ts';
import { providerOf } from './passkey-place.ts';
import type { ProviderIcons } from './provider-icons.ts';

export type Dashboard = {
  /** Null when the passkey service does not answer. */
  passkeys: Passkey[] | null;
  /** A sentence left by the page before, or empty. */
  notice: string;
  /** What somebody risks who has no recovery code, or empty. */
  noCodes: string;
  /** How many recovery codes are left; null where none is asked for. */
  codes: number | null;
  /** The id of the passkey that has just been created, if there is one. */
  created?: string | undefined;
  /** The id of the passkey that opened this session, if one did. */
  usedNow?: string | undefined;
  /** Why this device may want a passkey of its own, if it may. */
  invitation?: Invitation | undefined;
  /** Where the page is looked at, such as "Chrome on macOS". */
  device: string;
  /** Whether passkeys are created automatically; null where that cannot be. */
  automatic: boolean | null;
  /** Passkeys from before the account was secured wait until their owner has looked at them. */
  held: boolean;
};

/** Somebody has come in with a passkey of another device, or by a mailed link. */
type Invitation = 'elsewhere' | 'recovered';

const messages = messagesOf('registration');

export function dashboardPage(visitor: Visitor, icons: ProviderIcons, dashboard: Dashboard): Page {
  const { passkeys, notice, noCodes, codes, invitation, device, automatic, held } = dashboard;
  const entries = (passkeys ?? []).map((passkey, index) => toEntry(passkey, index, icons, dashboard));
  const [only, ...others] = entries;
  return {
    template: 'dashboard',
    title: 'Dashboard',
    data: {
      ...frame(visitor),
      notice,
      noCodes,
      recoveryCodes: paths.recoveryCodes,
      available: passkeys !== null,
      review: held && passkeys !== null && passkeys.length > 0 ? paths.reviewPasskeys : '',
      passkeys: entries,
      codesAlone: passkeys?.some(({ vouched }) => vouched) ? '' : codesAloneWords(codes),
      registrationUrl: paths.passkeyRegistration,
      invitation: invitation && passkeys ? invitationWords(invitation, device, passkeys.length > 0) : null,
      declineAction: paths.declineLocalPasskey,
      automatic,
      automaticAction: paths.automaticPasskeys,
      help: paths.helpPasskeys,
      dashboard: paths.dashboard,
      messages:
        only && others.length === 0 ? messages.map((message) => leadingTo(message, only.id)) : messages,
    },
  };
}

/** Said once after a passkey was created: where it is, if we know its provider, and what to do with it. */
export function passkeySavedNotice({ name, aaguid }: Pick<Passkey, 'name' | 'aaguid'>): string {
  const provider = providerOf(aaguid);
  const where = [provider ? ` in ${provider}` : '', name === provider ? '' : ` as ${isolated(name)}`].join(
    '',
  );
  return `Passkey saved${where}. Next time, choose it from the email field when you sign in.`;
}

/** One card, and why it is worth it. */
function invitationWords(invitation: Invitation, device: string, hasOthers: boolean) {
  const here = /Android|iOS|iPad/.test(device) ? 'device' : 'computer';
  const reasons = {
    elsewhere: 'You signed in with another device.',
    recovered: 'Next time you need no link and no new password.',
  };
  return {
    heading: `Add a passkey to this ${here}?`,
    sentences: [
      `${reasons[invitation]} With a passkey on this ${here} you only need your fingerprint, your face or its PIN.`,
      ...(hasOthers
        ? [
            'Two passkeys on two devices are better than one: when you lose one, the other still signs you in.',
          ]
        : []),
      `Add one only if this ${here} is yours.`,
    ],
  };
}

type Message = (typeof messages)[number];

/** Where there is one passkey alone, the news about "your passkey" leads to it and not to the list. */
function leadingTo(message: Message, id: string): Message {
  if (!message.link?.href.startsWith('#')) return message;
  return { ...message, link: { href: `#${id}`, text: 'See your passkey' } };
}

function toEntry(
  passkey: Passkey,
  index: number,
  icons: ProviderIcons,
  { created, usedNow }: Pick<Dashboard, 'created' | 'usedNow'>,
) {
  return {
    id: `key-${passkey.id}`,
    elementId: `passkey-${index + 1}`,
    icon: icons(passkey.aaguid),
    name: passkey.name,
    provider: placeBeside(passkey),
    created: dateWords(passkey.createdAt),
    createdIso: passkey.createdAt.toISOString(),
    lastUsed: passkey.lastUsedAt ? timeAgo(passkey.lastUsedAt) : '',
    lastUsedIso: passkey.lastUsedAt?.toISOString() ?? '',
    lastDevice: passkey.lastDevice ? deviceWords(passkey.lastDevice) : '',
    facts: factsOf(passkey, passkey.id === usedNow),
    isNew: passkey.id === created,
    renameAction: paths.renamePasskey(passkey.id),
    deleteAction: paths.deletePasskey(passkey.id),
  };
}

/** Who keeps it, where its name does not say so. */
function placeBeside({ name, aaguid }: Passkey): string {
  const provider = providerOf(aaguid) ?? '';
  return name.startsWith(provider) ? '' : provider;
}

function factsOf({ synced, automatic, signsInAlone }: Passkey, usedNow: boolean): string[] {
  return [
    usedNow ? 'Used for this session' : '',
    synced ? 'Synced' : 'On one device only',
    automatic ? 'Added automatically' : '',
    signsInAlone ? '' : 'Works only after your password',
  ].filter((fact) => fact !== '');
}
