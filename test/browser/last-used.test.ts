import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { cookieName, cookiePrefix } from '../../src/web/http/cookies.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveWithPasskey,
  button,
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

/** What is left when somebody has signed out: the same word for everybody. */
async function identifiesNobody({ context, page, person }: Visit, method: string): Promise<void> {
  const left = await context.cookies();
  expect(left.filter(({ name }) => name.endsWith('-last_method'))).toMatchObject([
    { value: method, httpOnly: true, sameSite: 'Lax' },
  ]);
  expect(await page.content()).not.toContain(person.email);
}

it('before anybody has signed in there is no hint; after the password it stands at its button, and describes it', async () => {
  const visit = await stage.visit();
  await visit.open(paths.login);
  await sees(visit, {});
  expect(await visit.page.getByText('Last used').count()).toBe(0);
  await fillSignIn(visit);
  await seesHeading(visit.page, 'Dashboard');
  await signOut(visit);
  await sees(visit, { [byPassword]: 'Last used' });
  await seesHintBelow(visit, byPassword);
  await identifiesNobody(visit, 'password');
});

it('after a passkey the hint stands at its button, and describes it, also when a sign-in fails', async () => {
  const visit = await stage.visit();
  visit.expectReport(/status of 422/);
  await arriveWithPasskey(visit);
  await signInWithPasskey(visit);
  await signOut(visit);
  await sees(visit, { [byPasskey]: 'Last used' });
  await seesHintBelow(visit, byPasskey);
  await identifiesNobody(visit, 'passkey');
  await fillSignIn(visit, 'wrong password');
  await visit.page.getByText('Email or password is wrong.').waitFor();
  await sees(visit, { [byPasskey]: 'Last used' });
});

it('a hint at a passkey is not shown where the browser has none', async () => {
  const visit = await stage.visit({ before: () => Reflect.deleteProperty(window, 'PublicKeyCredential') });
  await visit.context.addCookies([
    {
      name: cookieName(cookiePrefix(visit.origin), 'lastMethod', false),
      value: 'passkey',
      url: visit.origin,
    },
  ]);
  await visit.open(paths.login);
  await seesHeading(visit.page, 'Sign in');
  await button(visit.page, 'Show password').waitFor();
  expect(await (await visit.context.request.get(paths.login)).text()).toContain('Last used');
  await expect.poll(() => visit.page.getByText('Last used').count()).toBe(0);
});
