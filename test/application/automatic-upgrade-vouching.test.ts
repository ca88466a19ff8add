/** A passkey that was made automatically counts as a proof from when it was used beside another one. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ageProofs } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { type Authenticator, createAuthenticator } from '../support/authenticator.ts';
import { cookiesOf, send, signedInByPassword } from '../support/request.ts';
import { givePasskey } from '../support/seated.ts';
import { confirmPassword, mayCreate, offeredIds, passkeyCookie, stepUp } from '../support/step-up.ts';

let running: TestApp;
/** Holds the automatic passkey; from now on somebody unlocks it. */
let automatic: Authenticator;
let id: string;

beforeAll(async () => {
  running = await startApp();
  return () => running.close();
});
beforeEach(async () => {
  for (const table of ['sessions', 'passkey_api_credentials', 'passkey_records'])
    await running.database.db(table).delete();
  automatic = createAuthenticator();
  id = await givePasskey(running, automatic);
  const record = running.database.db('passkey_records').where({ credential_id: id });
  await record.update({ automatic: true, vouched: false });
});

const isVouched = async () => {
  const record = await running.database.db('passkey_records').where({ credential_id: id }).first();
  return Boolean(record.vouched);
};
const page = async (Cookie: string) => (await send(running, paths.reauth, { headers: { Cookie } })).text;
const addOther = async (): Promise<Authenticator> => {
  const other = createAuthenticator();
  await givePasskey(running, other);
  return other;
};

describe('it is vouched for', () => {
  it('when the password is given in a session that it opened', async () => {
    const opened = await passkeyCookie(running, automatic);
    const cookie = cookiesOf(await confirmPassword(running, opened, { password: person.password }));
    expect([await mayCreate(running, cookie), await isVouched()]).toEqual([true, true]);
    const dashboard = await send(running, paths.dashboard, { headers: { Cookie: cookie } });
    expect(dashboard.text).toContain('Added automatically');
    const next = await passkeyCookie(running, automatic);
    expect(await mayCreate(running, next)).toBe(true);
    await ageProofs(running, 3_600);
    expect(await offeredIds(running, next)).toEqual([id]);
  });

  it('when another passkey is used in a session that it opened', async () => {
    const other = await addOther();
    const opened = await passkeyCookie(running, automatic);
    expect(await offeredIds(running, opened)).not.toContain(id);
    const answer = await stepUp(running, opened, other);
    expect(answer.status).toBe(200);
    expect([await mayCreate(running, cookiesOf(answer)), await isVouched()]).toEqual([true, true]);
    expect(await mayCreate(running, await passkeyCookie(running, automatic))).toBe(true);
  });

  it('when it is used for a step-up after the password, where it counts at once', async () => {
    const opened = await signedInByPassword(running);
    await ageProofs(running, 3_600);
    expect(await offeredIds(running, opened)).toEqual([id]);
    expect(await page(opened)).toContain('Use a passkey');
    const answer = await stepUp(running, opened, automatic);
    expect(answer.status).toBe(200);
    expect([await mayCreate(running, cookiesOf(answer)), await isVouched()]).toEqual([true, true]);
  });

  it('when it is used for a step-up in a session that another passkey opened', async () => {
    const opened = await passkeyCookie(running, await addOther());
    await ageProofs(running, 3_600);
    expect((await stepUp(running, opened, automatic)).status).toBe(200);
    expect(await isVouched()).toBe(true);
  });
});
