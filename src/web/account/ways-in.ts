/** What an account has to get in with besides passkeys. Puts together what accounts and the settings know. */
import type { Accounts } from '../../accounts/accounts.ts';
import type { OtherWays } from '../../passkeys/passkeys.ts';

/** @param mail whether mail can be sent: without it a confirmed address opens nothing */
export async function otherWays(
  { accounts, mail }: { accounts: Accounts; mail: boolean },
  userId: string,
): Promise<OtherWays & { passkeysHeldSince: Date | null }> {
  const account = await accounts.facts(userId);
  return {
    password: account?.hasPassword ?? false,
    email: mail && (account?.emailVerified ?? false),
    passkeysHeldSince: account?.passkeysHeldSince ?? null,
  };
}
