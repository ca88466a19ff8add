/** The walk through what was refused: error pages in each frame, and forms that come back from a limit. */
import { paths } from '../../../src/paths.ts';
import type { MailedWalk } from './account-pictures.ts';
import { arriveSignedIn, button, field, seesHeading } from './steps.ts';

export async function refused({ app, visit, take }: MailedWalk): Promise<void> {
  const { page, open, person } = visit;
  const limits = app.database.db('rate_limits');
  await open(paths.signUp);
  await field(page, 'Email').fill('no address');
  await button(page, 'Create account').click();
  await page.getByRole('alert').waitFor();
  await take('sign-up-all-faults');
  await field(page, 'Email').fill('lise@example.com');
  await field(page, 'Password').fill('photograph-51-of-1952');
  await limits.clone().where('key', 'like', 'account-form:%').update({ points: 10_000 });
  await button(page, 'Create account').click();
  await page.getByText('Too many attempts').waitFor();
  await take('sign-up-limited');
  await limits.clone().delete();
  await arriveSignedIn(visit);
  await open('/nowhere');
  await take('not-found-signed-in');
  await open(paths.deletePasskey('AAAAAAAAAAAAAAAAAAAAAA'));
  await take('no-such-passkey');
  await postElsewhere(visit, paths.email);
  await seesHeading(page, 'We blocked this request');
  await take('blocked-request');
  await open(paths.email);
  await field(page, 'New email').fill('countess@example.org');
  await app.database.db('sessions').delete();
  await button(page, 'Send the link').click();
  await take('session-ended');
  for (let wrong = 0; wrong < 11; wrong++) {
    await open(paths.login);
    await field(page, 'Email').fill(person.email);
    await field(page, 'Password').fill('wrong password');
    await button(page, 'Sign in').click();
    await page.getByRole('alert').waitFor();
  }
  await take('login-limited');
}

/** A form of another website, which this one must not take. */
async function postElsewhere({ page, origin }: MailedWalk['visit'], path: string): Promise<void> {
  const form = `<form method="post" action="${origin}${path}"><input name="email" value="eve@example.org"></form>`;
  await page.goto(
    `data:text/html,${encodeURIComponent(`${form}<script>document.forms[0].submit()</script>`)}`,
  );
}
