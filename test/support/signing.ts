/** Acts that are signed with a passkey, taken apart: with whatever a test holds, as ceremonies.ts does it. */
import { type ActName, actData } from '../../src/operations/act-data.ts';
import type { SignedAct } from '../../src/passkeys/passkeys.ts';
import { type Actor, place } from './acting.ts';
import type { TestApp } from './app.ts';
import type { Authenticator } from './authenticator.ts';
import type { Visitor } from './visitor.ts';

/** Somebody signs an act with a passkey of theirs, without the web. */
export async function signs(
  { app, origin }: TestApp,
  actor: Actor,
  name: ActName,
  authenticator: Authenticator,
): Promise<SignedAct> {
  const { accounts, passkeys } = app;
  const facts = await accounts.facts(actor.userId);
  if (!facts) throw new Error('there is no such account');
  const act = actData(name, facts, await passkeys.listFor(actor.userId));
  const terms = { act, provenBefore: true };
  const person = await actor.person();
  const { options, ticket } = await passkeys.beginConfirmation(person, terms);
  return passkeys.confirmAct(person, terms, authenticator.get(options, origin), [ticket], place);
}

/** Where a page has an act signed, as its browser finds it; empty when it offers no passkey. */
export function signUrlOf(html: string): string {
  return /data-url="(\/api\/passkeys\/confirm\/[^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
}

/** The page of an act, and the start of its signature. */
export async function beginSigning({ get, postJson, authenticator }: Visitor, page: string, origin: string) {
  const url = signUrlOf((await get(page)).text);
  const start = await postJson(url, { start: true });
  const credential = start.status === 200 ? authenticator.get(start.body.loginOptions, origin) : {};
  return { url, start, credential };
}
