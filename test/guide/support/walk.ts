/** The journey of a step without a browser, for a server whose pages and scripts are those of another step. */
import { expect } from 'vitest';
import { createAuthenticator } from '../../support/authenticator.ts';
import type { Stage } from '../attack/attack.ts';

type Excluding = { excludeCredentials?: { id: string }[] };

export async function walk({ contract: { ada }, open }: Stage): Promise<void> {
  const browser = open('ada');
  const refused = await browser.signIn({ ...ada, password: 'wrong' });
  expect([refused.status, refused.text]).toEqual([
    422,
    expect.stringContaining('Email or password is wrong.'),
  ]);
  expect(await browser.isSignedInAs(ada)).toBe(false);

  await browser.signIn(ada);
  expect(await browser.isSignedInAs(ada)).toBe(true);
  const device = createAuthenticator();
  const { id } = await browser.create(device);
  const { excludeCredentials = [] } = (await browser.startCreating()).publicKey as Excluding;
  expect(
    excludeCredentials.map((each) => each.id),
    'what a device knows itself by',
  ).toContain(id);

  const { location } = await browser.form('/logout', {});
  expect(location).toBe('/login');
  expect(await browser.isSignedInAs(ada), 'after the sign-out').toBe(false);
  await browser.signInWithPasskey(device);
  expect(await browser.isSignedInAs(ada), 'by the passkey').toBe(true);
}
