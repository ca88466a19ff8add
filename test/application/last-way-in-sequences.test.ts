/**
 * Whatever somebody without a password does with their passkeys, and in whatever order, they can still sign in. Many more
 * lives are lived in test/databases/operations/passkeys-sequences.test.ts; here they are over HTTP.
 */
import { beforeAll, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { removePassword } from '../support/aged-session.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type Authenticator, createAuthenticator } from '../support/authenticator.ts';
import { finishRegistration, startRegistration } from '../support/ceremonies.ts';
import { withOuter } from '../support/credential-surgery.ts';
import { numbers } from '../support/numbers.ts';
import { formType, send, signedInCookie } from '../support/request.ts';
import { passkeyCookie } from '../support/step-up.ts';

type Held = { id: string; authenticator: Authenticator; alone: boolean };

let running: TestApp;
beforeAll(async () => {
  running = await startApp();
  return () => running.close();
});

async function create(cookie: string, rk: boolean): Promise<Held> {
  const authenticator = createAuthenticator();
  const ceremony = await startRegistration(running, cookie);
  const answer = withOuter(authenticator.create(ceremony.options, running.origin), {
    clientExtensionResults: { credProps: { rk } },
  });
  const { text } = await finishRegistration(running, ceremony.cookie, answer);
  return { id: JSON.parse(text).passkey.id, authenticator, alone: rk };
}

it('[ASVS 2.3.2] twelve random steps never close the last way in', async () => {
  const number = numbers(1);
  const account = { email: 'walker@example.com', password: 'random-walks-1905-pearson' };
  await running.createAccount(account.email, account.password);
  const cookie = await signedInCookie(running, account);
  let held = [await create(cookie, true)];
  await removePassword(running, account.email);
  const statuses = new Set<number>();

  for (let step = 0; step < 12; step++) {
    const target = held[number(held.length)] as Held;
    if (number(3) === 0) held.push(await create(cookie, number(2) === 0));
    else {
      const headers = { ...formType, Cookie: cookie };
      const path = paths.deletePasskey(target.id);
      const { status } = await send(running, path, { method: 'POST', headers, body: '' });
      statuses.add(status);
      const isLast = target.alone && held.filter(({ alone }) => alone).length === 1;
      expect(status).toBe(isLast ? 409 : 303);
      if (!isLast) held = held.filter(({ id }) => id !== target.id);
    }
    expect(held.some(({ alone }) => alone)).toBe(true);
  }
  expect(statuses).toEqual(new Set([303, 409]));
  for (const { authenticator, alone } of held) if (alone) await passkeyCookie(running, authenticator);
});
