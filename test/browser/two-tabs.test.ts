import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { addAuthenticator } from '../support/virtual-authenticator.ts';
import { happened, hasHappened, hide, show, watchDevice, watchSent, withAutofill } from './support/device.ts';
import { ownsPasskey } from './support/owning.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, isTold, seesHeading, signsInUnseen } from './support/steps.ts';

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

/** Signed out, on the sign-in page again at the same moment, with nothing that has happened. */
async function comeBack(...tabs: Tab[]): Promise<void> {
  for (const { page } of tabs) await atRest(page);
  await tabs[0]?.context.clearCookies();
  for (const { page, authenticator, sent } of tabs) {
    await page.evaluate(() => sessionStorage.clear());
    await authenticator.setPresent(false);
    Object.assign(sent, { starts: 0, finishes: 0 });
  }
  await Promise.all(tabs.map(({ open }) => open(paths.login)));
  for (const { page } of tabs) await hasHappened(page, ['conditional: asked']);
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

it('do not disturb each other: the password in one, a window in one, starts at the same moment, and more challenges for one than a browser keeps', async () => {
  const [first, second] = await arriveInTwoTabs();
  await signsInUnseen(second);
  expect(await happened(first.page)).toEqual(['conditional: asked']);
  await touches(first);
  expect(first.sent, 'after the password in the other').toEqual({ starts: 1, finishes: 1, events: [] });
  expect(await happened(second.page), 'beside a window').toEqual(['conditional: asked']);
  await isTold(second.page, 'status', '');

  delay = 200;
  await comeBack(first, second);
  for (const tab of [first, second]) {
    await touches(tab);
    await hasHappened(tab.page, [
      'conditional: asked',
      'conditional: AbortError',
      'modal: asked',
      'modal: answered',
    ]);
    expect(tab.sent, 'after starts at the same moment').toEqual({ starts: 1, finishes: 1, events: [] });
  }
  delay = 0;

  await comeBack(first);
  await hide(first.page);
  expect(await second.page.evaluate(asks, { url: paths.passkeyLogin, times: 6 })).toEqual(Array(6).fill(200));
  await first.authenticator.setPresent(true);
  await show(first.page);
  await isIn(first.page);
  expect(first.sent, 'after too many challenges').toEqual({ starts: 2, finishes: 1, events: [] });
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
