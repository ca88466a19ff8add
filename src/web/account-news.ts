/**
 * What a person is told about their account: an entry in its activity, and for what matters a letter. Puts both
 * together; knows no sentences.
 */
import type { ActivityStore, Entry } from '../accounts/activity-store.ts';
import type { User } from '../accounts/user.ts';
import type { AppContext } from './context.ts';
import { describeDevice } from './device.ts';
import type { News, Post } from './letters/letter.ts';

export type Telling = { activity: ActivityStore; post: Post };

type Happening = Pick<Entry, 'event'> & Partial<Pick<Entry, 'method' | 'detail'>>;

/** Adds to the activity of an account what has happened in this request. */
export function note(
  ctx: AppContext,
  { activity }: Pick<Telling, 'activity'>,
  userId: string,
  { event, method = null, detail = null }: Happening,
): Promise<void> {
  const device = describeDevice(ctx.get('User-Agent'));
  return activity.add(userId, { event, method, detail, device, address: ctx.state.address });
}

/** What a letter says beyond the happening, and what "This wasn't me" takes back. */
type Extra = {
  as?: News['event'];
  /** An address that the account does not have any more, which is told as well. */
  alsoTo?: string;
  undo?: { passkey: string } | { email: string };
};

/** The same, and a letter to the owner with "This wasn't me". */
export async function tell(
  ctx: AppContext,
  telling: Telling,
  user: Pick<User, 'id'>,
  happening: Happening,
  { as = happening.event, alsoTo, undo }: Extra = {},
): Promise<void> {
  await note(ctx, telling, user.id, happening);
  const letter = {
    kind: 'news',
    userId: user.id,
    event: as,
    detail: happening.detail ?? null,
    at: new Date().toISOString(),
    device: describeDevice(ctx.get('User-Agent')),
    undoPasskey: undo && 'passkey' in undo ? undo.passkey : null,
    undoEmail: undo && 'email' in undo ? undo.email : null,
  } as const;
  await telling.post({ ...letter, to: null });
  if (alsoTo) await telling.post({ ...letter, to: alsoTo });
}
