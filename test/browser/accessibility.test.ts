import { describe, it } from 'vitest';
import { PasskeyServiceFault } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import { isAccessible } from './support/axe.ts';
import { ownsPasskey } from './support/owning.ts';
import { serverIsAt } from './support/passing-time.ts';
import { browserRefuses, windowStaysOpen } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveOwning,
  arriveSignedIn,
  button,
  field,
  fillSignIn,
  isTold,
  loseCookies,
  passkeyList,
  renameInPlace,
  seesHeading,
  signsInUnseen,
} from './support/steps.ts';

describe('axe finds nothing', () => {
  const stage = useStage();

  it('on the sign-in page and in its states', async () => {
    const visit = await stage.visit();
    const { page } = visit;
    visit.expectReport(/status of 4(22|29)/);
    await visit.open(paths.login);
    await button(page, 'Sign in with a passkey').waitFor();
    await isAccessible(page, 'sign-in page');
    const close = await windowStaysOpen(page);
    await button(page, 'Sign in with a passkey').click();
    await isTold(page, 'status', 'Waiting for your passkey…');
    await close();
    await isTold(page, 'status', 'No passkey was used. Try again, or use your password. Lost your passkey?');
    await isAccessible(page, 'passkey not used');
    await browserRefuses(page, 'get', 'UnknownError');
    await button(page, 'Sign in with a passkey').click();
    await isTold(
      page,
      'alert',
      'Your device could not finish. Try again, or use your password. Lost your passkey?',
    );
    await isAccessible(page, 'passkey failed');
    await button(page, 'Sign in').click();
    await page.getByText('Enter your password.').waitFor();
    await isAccessible(page, 'nothing entered');
    await fillSignIn(visit, 'wrong password');
    await page.getByText('Email or password is wrong.').waitFor();
    await isAccessible(page, 'wrong password');
    await failsTooOften(visit);
    await isAccessible(page, 'too many tries');
  });

  it('on the page to rename a passkey', async () => {
    const visit = await stage.visit();
    const { page } = visit;
    visit.expectReport(/status of 422/);
    const id = await arriveOwning(visit);
    await renameInPlace(passkeyList(page), ' ');
    await page.getByText('Give the passkey a name.').waitFor();
    await isAccessible(page, 'rename in the list');
    await visit.open(paths.renamePasskey(id));
    await isAccessible(page, 'rename');
    await field(page, 'Name').fill('');
    await button(page, 'Save').click();
    await page.getByText('Give the passkey a name.').waitFor();
    await isAccessible(page, 'rename without a name');
  });

  it('on the help pages and on error pages', async () => {
    const visit = await stage.visit();
    const { page } = visit;
    visit.expectReport(/status of (404|500)/);
    await visit.open(paths.lostPasskey);
    await seesHeading(page, 'Lost your passkey?');
    await isAccessible(page, 'lost passkey');
    await visit.open(paths.helpPasskeys);
    await seesHeading(page, 'About passkeys');
    await isAccessible(page, 'about passkeys');
    await signsInUnseen(visit);
    await visit.open('/nowhere');
    await seesHeading(page, 'Page not found');
    await isAccessible(page, '404');
    stage.app().app.router.get('/broken', () => {
      throw new Error('a bug');
    });
    await visit.open('/broken');
    await seesHeading(page, 'Something went wrong');
    await isAccessible(page, '500');
  });
});

describe('while the passkey service is down, axe finds nothing', () => {
  let down = false;
  const stage = useStage({
    wrapTransport: (transport) => ({
      ...transport,
      fetch: (url, init) => {
        if (down) throw new PasskeyServiceFault('network');
        return transport.fetch(url, init);
      },
    }),
  });

  it('on the dashboard, the sign-in page and the page that says so', async () => {
    const visit = await stage.visit();
    const { page } = visit;
    visit.expectReport(/status of 503/);
    const id = await ownsPasskey(visit);
    down = true;
    await arriveSignedIn(visit);
    await page.getByText('Passkeys are not available right now.').waitFor();
    await isAccessible(page, 'dashboard');
    await visit.open(paths.reauth);
    await seesHeading(page, 'Confirm it’s you');
    await isAccessible(page, 'step-up');
    await visit.open(paths.renamePasskey(id));
    await seesHeading(page, 'Not available right now');
    await isAccessible(page, '503');
    await loseCookies(visit);
    await visit.open(paths.login);
    await button(page, 'Sign in with a passkey').click();
    await page.getByText('Passkeys are not available right now. Try again, or').waitFor();
    await isAccessible(page, 'sign-in page');
    await fillSignIn(visit);
    await seesHeading(page, 'Dashboard');
  });
});

async function failsTooOften(visit: Visit): Promise<void> {
  // However long a busy machine takes for the next try, it comes too early.
  serverIsAt();
  const form = { ...visit.person, password: 'wrong password' };
  for (let tries = 0; tries < 12; tries++) await visit.context.request.post(paths.login, { form });
  await fillSignIn(visit, 'wrong password');
  await visit.page.getByText('Too many attempts.').waitFor();
}
