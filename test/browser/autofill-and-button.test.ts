import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import {
  arriveWaiting,
  happened,
  hasHappened,
  hide,
  show,
  watchDevice,
  watchSent,
  withAutofill,
} from './support/device.ts';
import { modalIsCancelled } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage } from './support/stage.ts';
import { button, failed, field, isTold, seesHeading, signInWithPasskey } from './support/steps.ts';

const stage = useStage();
const name = 'Sign in with a passkey';

describe('the button while the field waits', () => {
  it('signs in at the first press, with the same options, and no request fails', async () => {
    const visit = await stage.visit(withAutofill);
    const { page, authenticator } = visit;
    const sent = watchSent(page);
    await watchDevice(visit);
    await arriveWaiting(visit);
    await authenticator.setPresent(true);
    await signInWithPasskey(visit);
    expect(sent).toEqual({ starts: 1, finishes: 1, events: [] });
    await hasHappened(page, [
      'conditional: asked',
      'conditional: AbortError',
      'modal: asked',
      'modal: answered',
    ]);
  });

  it('makes a passkey count for nothing that was chosen in the field after all', async () => {
    const visit = await stage.visit(withAutofill);
    const { page, authenticator } = visit;
    const sent = watchSent(page);
    await watchDevice(visit, 'answers after its end');
    await arriveWaiting(visit);
    await authenticator.setPresent(true);
    await page.reload();
    await hasHappened(page, ['conditional: asked', 'conditional: asked']);
    await modalIsCancelled(page);
    await button(page, name).click();
    await isTold(page, 'status', failed('No passkey was used. Try again, or use your password.'));
    await expect.poll(() => happened(page)).toContain('conditional: answered');
    await atRest(page);
    await seesHeading(page, 'Sign in');
    expect(sent.finishes).toBe(0);
  });
});

describe('after a cancelled press', () => {
  it('the field offers passkeys again, without reloading', async () => {
    const visit = await stage.visit(withAutofill);
    const { page, authenticator } = visit;
    const sent = watchSent(page);
    await watchDevice(visit);
    await arriveWaiting(visit);
    await modalIsCancelled(page);
    await authenticator.setPresent(true);
    const documents: string[] = [];
    page.on('request', (request) => {
      if (request.isNavigationRequest()) documents.push(new URL(request.url()).pathname);
    });
    await button(page, name).click();
    await seesHeading(page, 'Dashboard');
    expect(documents).toEqual(['/dashboard']);
    expect(sent).toMatchObject({ starts: 1, finishes: 1 });
    expect((await happened(page)).slice(-2)).toEqual(['conditional: asked', 'conditional: answered']);
  });
});

it('the waiting request ends when the page is left and when the form is sent, and begins anew only after that, for somebody who stayed; the button, too, asks only when it has ended, however late', async () => {
  const visit = await stage.visit(withAutofill);
  const { page } = visit;
  await watchDevice(visit, 'ends late');
  await arriveWaiting(visit);
  await page.evaluate(() => void dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  const ended = ['conditional: asked', 'conditional: AbortError'];
  await hasHappened(page, ended);
  await field(page, 'Email').focus();
  await hasHappened(page, [...ended, 'conditional: asked']);
  await page.evaluate(async () => {
    const [form] = document.forms;
    form?.addEventListener('submit', (event) => event.preventDefault());
    form?.requestSubmit();
    await new Promise((resolve) => setTimeout(resolve));
    const input = form?.querySelector<HTMLInputElement>('[type=email]');
    input?.blur();
    input?.focus();
  });
  await hasHappened(page, [...ended, ...ended, 'conditional: asked']);
  await button(page, name).click();
  await hasHappened(page, [...ended, ...ended, ...ended, 'modal: asked']);
});

// Last, as a clock that was installed stays in a browser profile, which nobody has again.
it('the window that the button opened is left alone by the field, whatever happens to the tab; the button waits at most 300 ms for a request that does not end', async () => {
  const visit = await stage.visit(withAutofill);
  const { page } = visit;
  const watching = await watchDevice(visit);
  await page.clock.install();
  await arriveWaiting(visit);
  await button(page, name).click();
  const open = ['conditional: asked', 'conditional: AbortError', 'modal: asked'];
  await hasHappened(page, open);
  await hide(page);
  await show(page);
  await page.clock.runFor(300_000);
  await field(page, 'Email').click();
  await atRest(page);
  expect(await happened(page)).toEqual(open);
  await isTold(page, 'status', 'Waiting for your passkey…');

  await watching.dispose();
  await watchDevice(visit, 'never ends');
  await page.evaluate(() => sessionStorage.clear());
  await visit.open(paths.login);
  await hasHappened(page, ['conditional: asked']);
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 60_000);
  await button(page, name).click();
  await isTold(page, 'status', 'Waiting for your passkey…');
  await page.clock.runFor(299);
  await hasHappened(page, ['conditional: asked']);
  await page.clock.runFor(1);
  await hasHappened(page, ['conditional: asked', 'modal: asked']);
});
