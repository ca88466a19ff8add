import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { createElsewhere, soon, storedPasskeys } from './support/account-steps.ts';
import { notesCreations } from './support/creations.ts';
import { ownsPasskey, ownsPasskeyElsewhere } from './support/owning.ts';
import { startIsChanged } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveSignedIn, button, createPasskey, isTold } from './support/steps.ts';

const stage = useStage();
const noPhone = { conditionalGet: false, conditionalCreate: false, hybridTransport: false };
const withPhone = { ...noPhone, hybridTransport: true };

/** Removes what browsers of some years ago did not have. */
function withoutJsonMethods(): void {
  if ('PublicKeyCredential' in window)
    Reflect.deleteProperty(PublicKeyCredential, 'parseCreationOptionsFromJSON');
}

/** What the buttons for other places ask for. */
const places = [
  ['Use a phone or tablet', 'hybrid'],
  ['Use a security key', 'security-key'],
] as const;

it('each button asks for its place, and that all of a person’s passkeys are left out, also in a browser that does not parse options itself', async () => {
  const visit = await stage.visit({ capabilities: withPhone });
  const asked = await notesCreations(visit);
  await ownsPasskey(visit);
  await ownsPasskeyElsewhere(visit);
  await arriveSignedIn(visit);
  await button(visit.page, 'Create a passkey').click();
  await isTold(
    visit.page,
    'status',
    'You already have a passkey in this password manager. See your passkeys',
  );
  const { hints, attachment, mediation } = asked[0] ?? {};
  expect({ hints: hints ?? [], attachment, mediation }).toEqual({ hints: [] });
  for (const [index, [name, hint]] of places.entries()) {
    // Nothing answers from the first place: the next document ends the waiting for it.
    if (index > 0) {
      await visit.context.addInitScript(withoutJsonMethods);
      await visit.open(paths.dashboard);
    }
    asked.length = 0;
    await createElsewhere(visit, name);
    await soon(() => asked.length).toBe(1);
    expect(asked[0], name).toEqual({
      hints: [hint],
      attachment: 'cross-platform',
      userVerification: 'required',
      timeout: 300_000,
      excluded: expect.arrayContaining(await storedPasskeys(stage.app(), visit)),
      abortable: true,
    });
    expect(asked[0]?.excluded).toHaveLength(2);
  }
});

it('gives the device no more time than the challenge has, and no button for a phone where the browser has no way to one', async () => {
  const visit = await stage.visit({ capabilities: noPhone });
  const asked = await notesCreations(visit);
  await arriveSignedIn(visit);
  await seesNoPhone(visit);
  await startIsChanged(visit.page, paths.passkeyRegistration, (answer) => {
    const { createOptions } = answer as unknown as { createOptions: { publicKey: { timeout: number } } };
    createOptions.publicKey.timeout = 45_000;
  });
  await createPasskey(visit);
  expect(asked).toMatchObject([{ timeout: 45_000 }]);
});

it('has none either where the browser does not say what it can', async () => {
  const visit = await stage.visit({
    before: () => {
      if ('PublicKeyCredential' in window)
        Reflect.deleteProperty(PublicKeyCredential, 'getClientCapabilities');
    },
  });
  await arriveSignedIn(visit);
  await seesNoPhone(visit);
});

async function seesNoPhone({ page }: Visit): Promise<void> {
  await page.getByText('Use a phone or security key').click();
  await button(page, 'Use a security key').waitFor();
  expect(await button(page, 'Use a phone or tablet').count()).toBe(0);
}

it('waits, tells and works again as the first button does', async () => {
  const visit = await stage.visit();
  const { page, authenticator } = visit;
  await arriveSignedIn(visit);
  await authenticator.setPresent(false);
  await createElsewhere(visit, 'Use a security key');
  await isTold(page, 'status', 'Waiting for your device…');
  for (const name of ['Use a security key', 'Create a passkey'])
    await button(page, name).click({ force: true });
  await isTold(page, 'status', 'Waiting for your device…');
  expect(await button(page, 'Use a security key').getAttribute('aria-disabled')).toBe('true');
  expect(await authenticator.passkeys()).toEqual([]);
});
