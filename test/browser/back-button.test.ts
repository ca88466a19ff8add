import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { patience } from './support/patience.ts';
import { atRest } from './support/rest.ts';
import { useStage } from './support/stage.ts';
import {
  arriveSignedIn,
  arriveWithPasskey,
  button,
  fillSignIn,
  isTold,
  seesHeading,
  signInWithPasskey,
  signOut,
} from './support/steps.ts';

const stage = useStage({ restoresPages: true });

/**
 * As a person does: without waiting for a load event, which a page out of memory does not have. It begins after the page
 * has answered that it was asked, which it might not live to say.
 */
const goBack = (page: Page) => page.evaluate(() => void setTimeout(() => history.back()));

/** Headless Chromium keeps no pages in memory, other browsers do; this is the event by which they say so. */
const isRestored = (page: Page) =>
  page.evaluate(() => void dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));

it('[ASVS 14.3.1] never shows the dashboard again after signing out, and asks again for one that came back out of memory, as for a sign-in page, so that its button is not dead, nor is it on one that was left by passkey', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  await visit.open(paths.login);
  await fillSignIn(visit);
  await seesHeading(page, 'Dashboard');
  await signOut(visit);
  await goBack(page);
  await expect.poll(() => page.url(), { timeout: patience }).toBe(visit.origin + paths.login);
  await seesHeading(page, 'Sign in');
  expect(await page.content()).not.toContain(visit.person.email);

  await arriveSignedIn(visit);
  // What the page still asks for would be refused, and the browser would say so.
  await atRest(page);
  await visit.context.request.post(paths.logout, { maxRedirects: 0 });
  await isRestored(page);
  await seesHeading(page, 'Sign in');

  await arriveWithPasskey(visit);
  await visit.authenticator.setPresent(false);
  await button(page, 'Sign in with a passkey').click();
  await isTold(page, 'status', 'Waiting for your passkey…');
  await visit.authenticator.setPresent(true);
  await isRestored(page);
  await isTold(page, 'status', '');
  await signInWithPasskey(visit);

  await atRest(page);
  await visit.context.clearCookies();
  await goBack(page);
  await seesHeading(page, 'Sign in');
  await expect.poll(() => button(page, 'Sign in with a passkey').getAttribute('aria-disabled')).toBeNull();
  await signInWithPasskey(visit);
});
