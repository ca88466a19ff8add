/** What is said of an act that is signed or confirmed with the password. Must not know when it is said. */
import type { ActName } from '../../operations/act-data.ts';
import type { ActData } from '../../passkeys/passkeys.ts';
import { noAddress } from '../http/address-words.ts';

const acts: Record<ActName, string> = {
  turn_off_second_factor: 'Turn off the passkey after the password',
  remove_password: 'Remove the password',
  delete_account: 'Delete the account',
};

/** All that is signed, but for the time, which comes with the signature. */
export function wordsOf(name: ActName, act: ActData): { term: string; text: string }[] {
  const names = Object.values(act.passkeys);
  return [
    { term: 'What', text: acts[name] },
    { term: 'Account', text: act.email === null ? noAddress : String(act.email) },
    { term: 'Password', text: act.password ? 'Set' : 'None' },
    { term: 'Passkey after password', text: act.second_factor ? 'On' : 'Off' },
    { term: 'Passkeys', text: names.join(', ') || 'None' },
  ];
}
