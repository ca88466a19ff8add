/** What is asked of Latchkey: the loads of the table, and the people who send them. */
import { paths } from '../../../src/paths.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { expecting, repeat } from '../measuring/client.ts';
import { type Latchkey, origin } from '../measuring/latchkey.ts';
import {
  createPasskey,
  openPage,
  type Person,
  signInWithPasskey,
  signInWithPassword,
} from '../measuring/people.ts';
import { type Load, nth } from '../measuring/rounds.ts';
import * as amounts from './amounts.ts';
import type { Committing } from './committing.ts';

/** How many people of each kind; those who create a passkey do it once, so each round takes others. */
const readers = 8;
const others = 24;

/** @returns how many accounts {@link ourLoads} needs for so many rounds */
export const peopleNeeded = (rounds: number) =>
  readers + 2 * others + (rounds + amounts.registration.warmUps) * amounts.registration.times;

export async function ourLoads(latchkey: Latchkey, committing: Committing) {
  const { server } = latchkey;
  const people = numbered(latchkey);
  const reading = people.next(readers);
  const typing = people.next(others);
  const touching = people.next(others);
  await repeat(readers, 2, (n) => haveTwoPasskeys(nth(reading, n)));
  await repeat(others, 2, (n) => haveOnePasskey(nth(touching, n)));
  const guests = reading.map((_, n) => latchkey.guest(n));
  let creating: Person[] = [];

  const dashboard: Load = {
    ...amounts.page,
    server,
    send: (n) => openPage(nth(reading, n), paths.dashboard),
  };
  return {
    login: { ...amounts.page, server, send: (n) => expecting(200, nth(guests, n).get(paths.login)) },
    dashboard,
    busyDashboard: { ...dashboard, warmUps: 0, prepare: committing.begin, after: committing.end },
    password: { ...amounts.password, server, send: (n) => signInWithPassword(nth(typing, n)) },
    passkey: { ...amounts.passkey, server, send: (n) => signInWithPasskey(nth(touching, n), origin) },
    registration: {
      ...amounts.registration,
      server,
      prepare: async () => {
        creating = people.next(amounts.registration.times);
        await repeat(creating.length, 2, (n) => signInWithPassword(nth(creating, n)));
      },
      send: (n) => createPasskey(nth(creating, n), origin),
    },
  } satisfies Record<string, Load>;
}

function numbered(latchkey: Latchkey) {
  let next = 0;
  return {
    next: (count: number) => Array.from({ length: count }, () => latchkey.person(next++)),
  };
}

export async function haveOnePasskey(person: Person): Promise<void> {
  await signInWithPassword(person);
  await createPasskey(person, origin);
}

export async function haveTwoPasskeys(person: Person): Promise<void> {
  await haveOnePasskey(person);
  await createPasskey(onAnotherDevice(person), origin);
}

/** The same person, with an authenticator that holds nothing yet. */
export function onAnotherDevice(person: Person): Person {
  return { ...person, authenticator: createAuthenticator() };
}
