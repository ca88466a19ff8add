import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveSignedIn,
  arriveWithPasskey,
  button,
  createPasskey,
  fillSignIn,
  seesHeading,
  signInWithPasskey,
  signOut,
} from './support/steps.ts';

const stage = useStage();
const byPassword = 'Sign in';
const byPasskey = 'Sign in with a passkey';

/** The buttons of the page as a screen reader is told of them: each name with its description. */
async function spokenButtons({ context, page }: Visit): Promise<Record<string, string>> {
  const cdp = await context.newCDPSession(page);
  const { nodes } = await cdp.send('Accessibility.getFullAXTree');
  const buttons = nodes.filter(({ role, ignored }) => role?.value === 'button' && !ignored);
  return Object.fromEntries(buttons.map(({ name, description }) => [name?.value, description?.value ?? '']));
}

/** On a sign-in page whose button for passkeys is there. */
async function sees(visit: Visit, spoken: Record<string, string>): Promise<void> {
  const { page } = visit;
  await seesHeading(page, 'Sign in');
  await button(page, byPasskey).waitFor();
  expect(await spokenButtons(visit)).toEqual({
    'Show password': '',
    [byPassword]: '',
    [byPasskey]: '',
    ...spoken,
  });
}

/** The hint is seen right below its button, before anything else. */
async function seesHintBelow({ page }: Visit, name: string): Promise<void> {
  const hint = page.getByText('Last used', { exact: true });
  expect(await hint.isVisible()).toBe(true);
  const [above, own] = [await button(page, name).boundingBox(), await hint.boundingBox()];
  const gap = (own?.y ?? 0) - (above?.y ?? 0) - (above?.height ?? 0);
  expect(gap).toBeGreaterThanOrEqual(0);
  expect(gap).toBeLessThan(16);
}

it('a browser that nobody signed in with yet gets no hint', async () => {
  const visit = await stage.visit();
  await visit.open(paths.login);
  await sees(visit, {});
  expect(await visit.page.getByText('Last used').count()).toBe(0);
});

it('after the password the hint stands at its button, and describes it', async () => {
  const visit = await stage.visit();
  await visit.open(paths.login);
  await fillSignIn(visit);
  await seesHeading(visit.page, 'Dashboard');
  await signOut(visit);
  await sees(visit, { [byPassword]: 'Last used' });
  await seesHintBelow(visit, byPassword);
});

it('after a passkey the hint stands at its button, and describes it', async () => {
  const visit = await stage.visit();
  await arriveWithPasskey(visit);
  await signInWithPasskey(visit);
  await signOut(visit);
  await sees(visit, { [byPasskey]: 'Last used' });
  await seesHintBelow(visit, byPasskey);
});

it('the hint stays where it is when a sign-in fails', async () => {
  const visit = await stage.visit();
  visit.expectReport(/status of 422/);
  await arriveWithPasskey(visit);
  await signInWithPasskey(visit);
  await signOut(visit);
  await fillSignIn(visit, 'wrong password');
  await visit.page.getByText('Email or password is wrong.').waitFor();
  await sees(visit, { [byPasskey]: 'Last used' });
});

it('the hint identifies nobody: it is the same word for everybody', async () => {
  const visit = await stage.visit();
  await visit.open(paths.login);
  await fillSignIn(visit);
  await signOut(visit);
  const left = await visit.context.cookies();
  expect(left.filter(({ name }) => name === 'last_method')).toMatchObject([
    { value: 'password', httpOnly: true, sameSite: 'Lax' },
  ]);
  expect(await visit.page.content()).not.toContain(visit.person.email);
});

it('a hint at a passkey is not shown where the browser has none', async () => {
  const visit = await stage.visit();
  await arriveSignedIn(visit);
  await createPasskey(visit);
  await signOut(visit);
  await signInWithPasskey(visit);
  const storageState = await visit.context.storageState();
  const other = await stage.visit({
    storageState: {
      ...storageState,
      cookies: storageState.cookies.filter(({ name }) => name === 'last_method'),
    },
    before: () => Reflect.deleteProperty(window, 'PublicKeyCredential'),
  });
  await other.open(paths.login);
  await seesHeading(other.page, 'Sign in');
  await button(other.page, 'Show password').waitFor();
  expect(await (await other.context.request.get(paths.login)).text()).toContain('Last used');
  await expect.poll(() => other.page.getByText('Last used').count()).toBe(0);
});
