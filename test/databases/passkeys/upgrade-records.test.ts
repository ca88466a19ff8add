/** What is remembered of a passkey that was created automatically, so that it is never taken for one that proves something. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PasskeyServiceFault } from '../../../src/passkeys/hanko/service-errors.ts';
import type { Person } from '../../../src/passkeys/passkeys.ts';
import { ordinary } from '../../../src/passkeys/record-store.ts';
import { withoutTable } from '../../support/answers.ts';
import { withCredentialId } from '../../support/credential-surgery.ts';
import {
  outcomeOf,
  relyingParty,
  somebody,
  startPasskeys,
  type TestPasskeys,
} from '../../support/passkeys.ts';
import { unattended } from '../../support/upgrade.ts';

let running: TestPasskeys;
let ada: Person;
beforeAll(async () => {
  running = await startPasskeys();
  return () => running.database.drop();
});
beforeEach(() => {
  ada = somebody('ada@example.com', randomUUID());
  running.wire.calls.length = 0;
});
afterEach(() => running.wire.mend());

const stored = async ({ id }: Person): Promise<string[]> =>
  running.database.db('passkey_api_credentials').where({ user_id: id }).pluck('id');
const asked = () => running.wire.calls.filter((call) => call === 'POST registration/finalize');
const careful = { automatic: true, vouched: false };

/** An upgrade that the browser has answered by itself, perhaps with an id that somebody chose. */
async function answered(chosenId?: string) {
  const started = await running.beginUpgrade(ada);
  const made = unattended().create(started.options, relyingParty.origin);
  const answer = chosenId ? withCredentialId(made, new Uint8Array(Buffer.from(chosenId, 'base64url'))) : made;
  running.wire.calls.length = 0;
  return { id: answer.id, finish: () => running.finish(ada, started, answer) };
}

describe('the record of an automatic passkey', () => {
  it('is there before the service is asked, or nothing is created at all', async () => {
    const { id, finish } = await answered();
    running.wire.before = async ({ path }) => {
      if (path !== 'registration/finalize') return undefined;
      expect(await running.records.find(ada.id, id)).toMatchObject(careful);
      expect(await stored(ada)).toEqual([]);
      return undefined;
    };
    await finish();
    expect(asked()).toHaveLength(1);
    const { finish: another } = await answeredAgain();
    await expect(withoutTable(running, 'passkey_records', another)).rejects.toThrow('passkey_records');
    expect([asked(), await stored(ada)]).toEqual([[], [id]]);
  });

  it('is kept when the answer is lost, and it is as careful as ever', async () => {
    const { id, finish } = await answered();
    running.wire.after = ({ path }, answer) => {
      if (path === 'registration/finalize') throw new PasskeyServiceFault('network');
      return answer;
    };
    expect(await outcomeOf(finish())).toBe('passkey_service_unavailable');
    running.wire.mend();
    expect(await stored(ada)).toEqual([id]);
    expect(await running.records.listFor(ada.id)).toMatchObject([
      { credentialId: id, ...careful, confirmed: false },
    ]);
  });

  it('goes when the service refuses the passkey', async () => {
    const { finish } = await answered();
    await running.database.db('passkey_api_challenges').delete();
    expect(await outcomeOf(finish())).toBe('registration_refused');
    expect([asked().length, await running.records.listFor(ada.id), await stored(ada)]).toEqual([1, [], []]);
  });

  it('goes when the id is somebody else’s, whose own stays', async () => {
    const grace = somebody('grace@example.com');
    const theirs = await running.create(grace);
    const before = await running.records.listFor(grace.id);
    const { finish } = await answered(theirs);
    expect(await outcomeOf(finish())).toBe('already_registered');
    expect(await running.records.listFor(ada.id)).toEqual([]);
    expect(await running.records.listFor(grace.id)).toEqual(before);
  });

  it('does not take the place of that of an own passkey, which stays as good as it was', async () => {
    const own = await running.create(ada);
    const before = await running.records.listFor(ada.id);
    const { finish } = await answered(own);
    expect(await outcomeOf(finish())).toBe('already_registered');
    expect([asked(), await running.records.listFor(ada.id)]).toEqual([[], before]);
  });

  it('takes the place of what a deleted passkey with its id has left', async () => {
    const left = 'A'.repeat(43);
    await running.records.insert(ada.id, ordinary(left));
    const { id, finish } = await answered(left);
    await finish();
    expect(id).toBe(left);
    expect(await running.records.listFor(ada.id)).toMatchObject([{ credentialId: left, ...careful }]);
  });
});

/** The same person, after another sign-in. */
function answeredAgain() {
  ada = { ...ada, signInId: randomUUID() };
  return answered();
}
