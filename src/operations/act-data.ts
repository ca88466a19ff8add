/**
 * What is signed of an act: what is to be done, and what the account is that it is done to. Computed anew wherever it counts.
 * Must not know who signs, nor any words for it.
 */
import type { AccountFacts } from '../accounts/user.ts';
import type { Passkey } from '../passkeys/passkey.ts';
import type { ActData } from '../passkeys/passkeys.ts';

/** Acts that take a signature, or the password. */
export type ActName = 'turn_off_second_factor' | 'remove_password' | 'delete_account';

type Account = Pick<AccountFacts, 'id' | 'address' | 'hasPassword' | 'secondFactorSince'>;

/** @param passkeys all that the person has, by whatever they open */
export function actData(
  act: ActName,
  { id, address, hasPassword, secondFactorSince }: Account,
  passkeys: readonly Pick<Passkey, 'id' | 'name'>[],
): ActData {
  return {
    act,
    account: id,
    email: address,
    password: hasPassword,
    second_factor: secondFactorSince !== null,
    passkeys: Object.fromEntries(passkeys.map(({ id: passkey, name }) => [passkey, name])),
  };
}
