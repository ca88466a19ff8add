/** Whoever signed in with another device is asked once whether this computer should have a passkey, too. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { sessionsOf } from '../support/aged-session.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type AuthenticatorOptions, createAuthenticator } from '../support/authenticator.ts';
import { givePasskey, rememberSeats, signedIn } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const card = 'Add a passkey to this computer?';
const phone: AuthenticatorOptions = { attachment: 'cross-platform' };
const securityKey: AuthenticatorOptions = {
  attachment: 'cross-platform',
  flags: { backupEligible: false, backedUp: false },
  transports: ['usb'],
};
const wire = createWire();
let running: TestApp;

let again: () => Promise<[Visitor]>;
beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  again = await rememberSeats(running, await visitorWith(phone));
  return () => running.close();
});
let withPhone: Visitor;
beforeEach(async () => {
  [withPhone] = await again();
});
afterEach(() => wire.mend());

/** Somebody who has a passkey on a device, and is not signed in. */
async function visitorWith(options: AuthenticatorOptions): Promise<Visitor> {
  const visitor = createVisitor(running, createAuthenticator(options));
  await givePasskey(running, visitor.authenticator);
  return visitor;
}
const page = async (visitor: Visitor) => (await visitor.get(paths.dashboard)).text;

describe('after a sign-in with a phone', () => {
  it('the next dashboard has the card, once, which leads to options for this device', async () => {
    const visitor = withPhone;
    await visitor.signInWithPasskey();
    const text = await page(visitor);
    expect(text).toContain(card);
    // The script shows it where this computer can keep a passkey.
    expect(text).toMatch(/<section class="card offer"[^>]* data-control hidden data-enhance="local-passkey"/);
    expect(text).toContain(`data-url="${paths.passkeyRegistration}"`);
    expect(text).toContain('<button type="button" data-hint="client-device">Add a passkey</button>');
    expect(text).toContain(
      `action="${paths.declineLocalPasskey}"><button class="quiet" type="submit">No, thanks</button>`,
    );
    const later = await page(visitor);
    expect(later).not.toContain(card);
    // One button stands out: that of the card, while it is there.
    const creates = (text: string) => /<button([^>]*)>Create a passkey</.exec(text)?.[1] ?? '';
    expect([text, later].map((each) => creates(each).includes('quiet'))).toEqual([true, false]);
    const body = { start: true, hint: 'client-device' };
    const { createOptions } = (await visitor.postJson(paths.passkeyRegistration, body)).body;
    expect(createOptions.publicKey.hints).toEqual(['client-device']);
    expect(createOptions.publicKey.authenticatorSelection.authenticatorAttachment).toBe('platform');
  });

  it('the card waits for the dashboard, wherever the sign-in led to, and is not used up by its head', async () => {
    const visitor = withPhone;
    await visitor.signInWithPasskey({ return_to: paths.reauth });
    await visitor.get(paths.reauth);
    await visitor.agent.head(paths.dashboard);
    expect(await page(visitor)).toContain(card);
  });

  it('another one brings it again, since nobody has said no', async () => {
    const visitor = withPhone;
    for (let time = 0; time < 2; time++) {
      await visitor.signInWithPasskey();
      expect(await page(visitor)).toContain(card);
      await visitor.signOut();
    }
  });
});

describe('there is no card', () => {
  it.each<[string, AuthenticatorOptions]>([
    ['a passkey of this computer', {}],
    ['a security key, which is carried around on purpose', securityKey],
  ])('after a sign-in with %s', async (_, options) => {
    const visitor = await visitorWith(options);
    await visitor.signInWithPasskey();
    expect(await page(visitor)).not.toContain(card);
    expect((await sessionsOf(running))[0]?.data.invitation).toBeUndefined();
  });

  it('after a sign-in with the password, nor after a step-up with the phone', async () => {
    const visitor = withPhone;
    await visitor.signIn();
    expect(await page(visitor)).not.toContain(card);
    const { loginOptions } = (await visitor.postJson(paths.passkeyReauth, { start: true })).body;
    const credential = visitor.authenticator.get(loginOptions, running.origin);
    expect((await visitor.postJson(paths.passkeyReauth, { finish: true, credential })).status).toBe(200);
    expect(await page(visitor)).not.toContain(card);
  });

  it('after a refused sign-in, nor for a guest', async () => {
    const visitor = withPhone;
    visitor.authenticator.flags.userVerified = false;
    expect((await visitor.signInWithPasskey()).status).toBe(422);
    expect((await visitor.get(paths.dashboard)).status).toBe(303);
    await signedIn(running, visitor);
    expect(await page(visitor)).not.toContain(card);
  });

  it('while the passkey service is down; it comes when the service is there again', async () => {
    const visitor = withPhone;
    await visitor.signInWithPasskey();
    wire.before = brokenAnswer;
    expect(await page(visitor)).not.toContain(card);
    wire.mend();
    expect(await page(visitor)).toContain(card);
  });
});
