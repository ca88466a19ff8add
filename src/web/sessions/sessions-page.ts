/** What /settings/sessions says. */
import type { SessionFacts } from '../../accounts/session-store.ts';
import { isolated } from '../../names.ts';
import type { Passkey } from '../../passkeys/passkey.ts';
import { paths } from '../../paths.ts';
import { dateWords, timeAgo } from '../../times.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';
import { deviceWords } from './device-words.ts';

type Sessions = {
  sessions: SessionFacts[];
  /** The one in which somebody looks. */
  current: string;
  /** For the names of those that opened one; null when the passkey service does not answer. */
  passkeys: Passkey[] | null;
  notice: string;
};

export function sessionsPage(visitor: Visitor, { sessions, current, passkeys, notice }: Sessions): Page {
  const isThis = ({ signInId }: SessionFacts) => signInId === current;
  return {
    template: 'sessions',
    title: 'Sessions',
    data: {
      ...frame(visitor),
      notice,
      endOthersAction: paths.endOtherSessions,
      sessions: [...sessions.filter(isThis), ...sessions.filter((session) => !isThis(session))].map(
        (session, index) => ({
          elementId: `session-${index + 1}`,
          device: deviceWords(session.device),
          method: methodWords(session, passkeys),
          created: dateWords(session.createdAt),
          createdIso: session.createdAt.toISOString(),
          lastSeen: timeAgo(session.lastSeenAt),
          lastSeenIso: session.lastSeenAt.toISOString(),
          isThis: isThis(session),
          endAction: paths.endSession(session.signInId),
        }),
      ),
    },
  };
}

/** How a session was opened, such as "Passkey · iCloud Keychain"; one named "Passkey · …" already is called so once. */
function methodWords(
  { method, credentialId }: Pick<SessionFacts, 'method' | 'credentialId'>,
  passkeys: Passkey[] | null,
): string {
  if (method === 'email') return 'Email link';
  if (method !== 'passkey') return 'Password';
  const name = passkeys?.find(({ id }) => id === credentialId)?.name;
  if (name === undefined) return 'Passkey';
  return name.startsWith('Passkey') ? isolated(name) : `Passkey · ${isolated(name)}`;
}
