/** A site that asks everybody who has a passkey for it after the password: its pages ask for what their acts ask for. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { changeSessions } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { givePasskey, owningPasskey, rememberSeats, signedIn } from '../support/seated.ts';
import { codesIn } from '../support/second-factor.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const account = { email: 'owner@example.com', password: person.password };
const acts = [paths.removePassword, paths.deleteAccount];

let running: TestApp;
let owner: Visitor;
/** Somebody of whom nobody asks more than their password. */
let other: Visitor;
let codes: string[];
let seats: () => Promise<[Visitor, Visitor]>;
beforeAll(async () => {
  running = await startApp({ env: { REQUIRE_SECOND_FACTOR: 'password' } });
  await running.createAccount(account.email, account.password);
  other = createVisitor(running);
  await signedIn(running, other);
  owner = createVisitor(running);
  const provenWith = await owningPasskey(running, owner, account);
  // Without two of them a password cannot be removed.
  await givePasskey(running, createAuthenticator(), account);
  await changeSessions(running, { provenBy: 'passkey', provenWith }, account.email);
  await owner.postForm(paths.recoveryCodes);
  codes = codesIn((await owner.get(paths.recoveryCodes)).text);
  seats = await rememberSeats(running, owner, other);
});
afterAll(() => running.close());
beforeEach(async () => {
  [owner, other] = await seats();
});

const rows = () => running.database.db('users').where({ email: account.email });
const tries = async () =>
  (await running.database.db('rate_limits').sum({ counted: 'points' }).first())?.counted;
const fields = (code: string) => ({ ...account, code });

describe('whoever is asked by the site alone', () => {
  it('sees the field for the code wherever one is asked for, and nobody else does', async () => {
    for (const path of [...acts, paths.reauth]) {
      expect((await owner.get(path)).text).toContain('name="code"');
      expect((await other.get(path)).text).not.toContain('name="code"');
    }
  });

  it('is told what is missing, which is no try', async () => {
    const before = await tries();
    for (const path of [...acts, paths.reauth]) {
      const answer = await owner.postForm(path, fields(' '));
      expect([answer.status, answer.text.includes('Enter a recovery code.')]).toEqual([422, true]);
    }
    expect(await tries()).toBe(before);
    expect(running.log.join('\n')).not.toContain('the recovery code is wrong');
    expect(await rows()).toHaveLength(1);
  });

  it('is told where they would need recovery codes and have none, and nobody else is', async () => {
    const offer = '<a href="/settings/recovery-codes">Create recovery codes</a>';
    const told = async ({ get }: Visitor) => [
      (await get(paths.dashboard)).text.includes(offer),
      (await get(paths.security)).text.includes(offer),
    ];
    expect(await told(owner)).toEqual([false, false]);
    await running.database.db('recovery_codes').delete();
    expect(await told(owner)).toEqual([true, true]);
    expect(await told(other)).toEqual([false, false]);
  });

  it('confirms with the password and a code', async () => {
    const answer = await owner.postForm(paths.deleteAccount, fields(codes[0] ?? ''));
    expect([answer.status, answer.headers.location]).toEqual([303, paths.goodbye]);
    expect(await rows()).toEqual([]);
  });

  it('has no recent proof by the password from before, and is asked no more when the last passkey goes', async () => {
    await other.createPasskey();
    const answer = await other.get(paths.recoveryCodes);
    expect(answer.headers.location).toBe('/reauth?return_to=%2Fsettings%2Frecovery-codes');
    await other.signInWithPasskey();
    const [{ id }] = await running.database.db('users').where({ email: person.email });
    const [passkey] = await running.app.passkeys.listFor(id);
    expect((await other.postForm(paths.deletePasskey(passkey?.id ?? ''))).headers.location).toBe(
      paths.dashboard,
    );
    expect((await other.get(paths.reauth)).text).not.toContain('name="code"');
  });
});
