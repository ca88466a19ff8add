/** How much memory a process holds: just started, after many pages, and after passkeys were used. */
import { setTimeout as pause } from 'node:timers/promises';
import { paths } from '../../../src/paths.ts';
import { repeat } from '../measuring/client.ts';
import { type Latchkey, origin, type Prepared, startLatchkey } from '../measuring/latchkey.ts';
import { createPasskey, openPage, signInWithPasskey } from '../measuring/people.ts';
import { nth } from '../measuring/rounds.ts';
import * as amounts from './amounts.ts';
import { haveOnePasskey, haveTwoPasskeys, onAnotherDevice } from './ours.ts';

const pages = 8_000;
const signIns = 400;
/** How many accounts it needs. */
export const peopleOfMemory = 24;

/** @param prepared with accounts that have signed in nowhere yet. @returns megabytes */
export async function measureMemory(prepared: Prepared): Promise<Record<string, number>> {
  const latchkey = await startLatchkey(prepared);
  try {
    const holders = Array.from({ length: peopleOfMemory }, (_, n) => latchkey.person(n));
    await repeat(peopleOfMemory, 2, (n) => (n < 8 ? haveTwoPasskeys : haveOnePasskey)(nth(holders, n)));
    // What it needed for that is gone, and they are still signed in.
    await latchkey.restart();
    const readers = holders.slice(0, 8);
    const idle = await megabytes(latchkey);
    await repeat(pages, amounts.page.atOnce, (n) => openPage(nth(readers, n), paths.dashboard));
    const afterPages = await megabytes(latchkey);
    await repeat(peopleOfMemory, amounts.passkey.atOnce, (n) =>
      createPasskey(onAnotherDevice(nth(holders, n)), origin),
    );
    await repeat(signIns, amounts.passkey.atOnce, (n) => signInWithPasskey(nth(holders, n), origin));
    return { idle, 'after 8,000 pages': afterPages, 'after passkeys': await megabytes(latchkey) };
  } finally {
    await latchkey.stop();
  }
}

/** When it has come to rest. */
async function megabytes({ server }: Latchkey): Promise<number> {
  await pause(2_000);
  return (await server.usage()).memory / 2 ** 20;
}
