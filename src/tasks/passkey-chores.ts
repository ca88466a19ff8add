/** What an operator does with somebody's passkeys: list and remove. Each prints what it did. */
import { operator, type Workplace } from './workplace.ts';

/** One line for each: its id, name, when it was created and used, and whether it works only after the password. */
export async function listPasskeys(workplace: Workplace, email: string): Promise<string> {
  const { id } = await workplace.userBy(email);
  const held = await workplace.passkeys.listFor(id);
  if (held.length === 0) return 'No passkeys';
  return held
    .map(({ id, name, createdAt, lastUsedAt, signsInAlone }) => {
      const used = lastUsedAt ? `used ${lastUsedAt.toISOString()}` : 'not used yet';
      const limit = signsInAlone ? '' : '  only after the password';
      return `${id}  ${name}  created ${createdAt.toISOString()}  ${used}${limit}`;
    })
    .join('\n');
}

/** Also ends the sessions that it opened. @throws {AppError} `not_found`, `last_way_in`, `passkey_service_unavailable` */
export async function removePasskey(workplace: Workplace, email: string, passkeyId: string): Promise<string> {
  const { id } = await workplace.userBy(email);
  const who = { userId: id, operator: true } as const;
  const name = await workplace.operations.deletePasskey(who, passkeyId, true, operator);
  return `Removed ${name}. ${workplace.mailWords}`;
}
