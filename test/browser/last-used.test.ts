/** The hint at what somebody signed in with last. Where the browser has no passkeys is in without-passkeys.test.ts. */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { cookieName, cookiePrefix } from '../../src/web/http/cookies.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, fillSignIn, seesHeading } from './support/steps.ts';

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

/** As a sign-in leaves it (test/application/last-method.test.ts). */
async function lastUsed(visit: Visit, value: string): Promise<void> {
  const name = cookieName(cookiePrefix(visit.origin), 'lastMethod', false);
  await visit.context.addCookies([{ name, value, url: visit.origin }]);
  await visit.open(paths.login);
}

it('before anybody has signed in there is no hint; after the password or a passkey it stands at its button, and describes it, also when a sign-in fails', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/status of 422/);
  await visit.open(paths.login);
  await sees(visit, {});
  expect(await page.getByText('Last used').count()).toBe(0);
  await lastUsed(visit, 'password');
  await sees(visit, { [byPassword]: 'Last used' });
  await seesHintBelow(visit, byPassword);
  await lastUsed(visit, 'passkey');
  await sees(visit, { [byPasskey]: 'Last used' });
  await seesHintBelow(visit, byPasskey);
  await fillSignIn(visit, 'wrong password');
  await page.getByText('Email or password is wrong.').waitFor();
  await sees(visit, { [byPasskey]: 'Last used' });
});
