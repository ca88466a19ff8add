/** What an operator does with somebody's passkeys: list and remove. Each prints what it did. */
import { otherWays } from '../web/ways-in.ts';
import { operator, type Workplace } from './workplace.ts';

/** One line for each: its id, name, and when it was created and used. */
export async function listPasskeys(workplace: Workplace, email: string): Promise<string> {
  const { id } = await workplace.userBy(email);
  const held = await workplace.passkeys.listFor(id);
  if (held.length === 0) return 'No passkeys';
  return held
    .map(({ id, name, createdAt, lastUsedAt }) => {
      const used = lastUsedAt ? `used ${lastUsedAt.toISOString()}` : 'not used yet';
      return `${id}  ${name}  created ${createdAt.toISOString()}  ${used}`;
    })
    .join('\n');
}

/** Also ends the sessions that it opened. @throws {AppError} `not_found`, `last_way_in`, `passkey_service_unavailable` */
export async function removePasskey(workplace: Workplace, email: string, passkeyId: string): Promise<string> {
  const { accounts, config, passkeys, sessionStore } = workplace;
  const user = await workplace.userBy(email);
  const { name } = await passkeys.find(user.id, passkeyId);
  const hasOtherWay = async () => {
    const ways = await otherWays({ accounts, mail: config.mail !== null }, user.id);
    return ways.password || ways.email;
  };
  const endSessions = async () => void (await sessionStore.endOpenedWith(user.id, passkeyId, ''));
  await passkeys.remove(user.id, passkeyId, hasOtherWay, endSessions, operator);
  return `Removed ${name}. ${await workplace.tell(user, 'passkey_removed', name)}`;
}
