import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { addAuthenticator } from '../support/virtual-authenticator.ts';
import { happened, hasHappened, hide, show, watchDevice, watchSent, withAutofill } from './support/device.ts';
import { ownsPasskey } from './support/owning.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveSignedIn, button, isTold, seesHeading } from './support/steps.ts';

/** Milliseconds that the passkey service takes to start a sign-in. */
let delay = 0;
afterEach(() => {
  delay = 0;
});

const stage = useStage({
  wrapTransport: (transport) => ({
    ...transport,
    fetch: async (url, init) => {
      if (url.endsWith('/login/initialize')) await setTimeout(delay);
      return transport.fetch(url, init);
    },
  }),
});

type Tab = Visit & { sent: ReturnType<typeof watchSent> };

/** Two tabs of one browser on the sign-in page, each with a passkey of its own that nobody touches. */
async function arriveInTwoTabs(): Promise<[Tab, Tab]> {
  const visit = await stage.visit(withAutofill);
  const page = await visit.context.newPage();
  const second: Visit = {
    ...visit,
    page,
    authenticator: await addAuthenticator(page),
    open: async (path) => void (await page.goto(path)),
  };
  for (const tab of [visit, second]) {
    await ownsPasskey(tab);
    await tab.authenticator.setPresent(false);
  }
  await watchDevice(visit);
  const tabs = [visit, second].map((tab) => ({ ...tab, sent: watchSent(tab.page) })) as [Tab, Tab];
  for (const tab of tabs) {
    await tab.open(paths.login);
    await hasHappened(tab.page, ['conditional: asked']);
  }
  return tabs;
}

async function touches({ page, authenticator }: Tab): Promise<void> {
  await authenticator.setPresent(true);
  await button(page, 'Sign in with a passkey').click();
  await isIn(page);
}

/** Whatever the dashboard asks for is answered before the other tab ends its session. */
async function isIn(page: Page): Promise<void> {
  await seesHeading(page, 'Dashboard');
  await atRest(page);
}

it('the window of one leaves the field of the other waiting, and both sign in after they asked for their challenges at the same moment', async () => {
  const [first, second] = await arriveInTwoTabs();
  await button(first.page, 'Sign in with a passkey').click();
  await isTold(first.page, 'status', 'Waiting for your passkey…');
  await hasHappened(first.page, ['conditional: asked', 'conditional: AbortError', 'modal: asked']);
  expect(await happened(second.page)).toEqual(['conditional: asked']);
  await isTold(second.page, 'status', '');

  delay = 200;
  await Promise.all([first.page.reload(), second.page.reload()]);
  const begun = ['conditional: asked', 'conditional: AbortError', 'modal: asked', 'conditional: asked'];
  await hasHappened(first.page, begun);
  await hasHappened(second.page, ['conditional: asked', 'conditional: asked']);
  await touches(first);
  await touches(second);
  const signedIn = ['conditional: AbortError', 'modal: asked', 'modal: answered'];
  await hasHappened(first.page, [...begun, ...signedIn]);
  await hasHappened(second.page, ['conditional: asked', 'conditional: asked', ...signedIn]);
  for (const { sent } of [first, second]) expect(sent).toEqual({ starts: 2, finishes: 1, events: [] });
});

it('more challenges for one than a browser keeps do not spoil the first attempt of the other', async () => {
  const [first, second] = await arriveInTwoTabs();
  await hide(first.page);
  expect(await second.page.evaluate(asks, { url: paths.passkeyLogin, times: 5 })).toEqual(Array(5).fill(200));
  await second.page.reload();
  await hasHappened(second.page, ['conditional: asked', 'conditional: asked']);
  expect(second.sent.starts).toBe(7);
  await first.authenticator.setPresent(true);
  await show(first.page);
  await isIn(first.page);
  expect(first.sent).toEqual({ starts: 2, finishes: 1, events: [] });
  await touches(second);
});

/** In the page: asks for one challenge after the other, as its script does each time that it is loaded. */
async function asks({ url, times }: { url: string; times: number }): Promise<number[]> {
  const statuses = [];
  for (let time = 0; time < times; time += 1) {
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ start: true }) });
    statuses.push(answer.status);
  }
  return statuses;
}

it('signing in with the password in one leaves the field of the other as it was', async () => {
  const [first, second] = await arriveInTwoTabs();
  await arriveSignedIn(second);
  await isIn(second.page);
  expect(await happened(first.page)).toEqual(['conditional: asked']);
  await touches(first);
  expect(first.sent).toEqual({ starts: 1, finishes: 1, events: [] });
});
