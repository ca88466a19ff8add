import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { person, startApp, type TestApp } from '../../support/app.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { givePasskey } from '../../support/seated.ts';
import { rememberEverybody } from '../../support/tables.ts';
import { createVisitor } from '../../support/visitor.ts';

describe('the main job', () => {
  let running: TestApp;
  let putBack: () => Promise<void>;
  beforeAll(async () => {
    running = await startApp();
    putBack = await rememberEverybody(running.database.db);
  });
  afterAll(() => running.close());
  beforeEach(() => putBack());

  it('signs in with a form, creates a passkey, signs out and signs in with it', async () => {
    const visitor = createVisitor(running);
    expect((await visitor.get('/')).headers.location).toBe(paths.login);
    expect((await visitor.get(paths.login)).text).toContain('<h1>Sign in</h1>');

    const signedIn = await visitor.signIn();
    expect([signedIn.status, signedIn.headers.location]).toEqual([303, paths.dashboard]);
    expect((await visitor.get(paths.dashboard)).text).toContain('Create a passkey');

    const created = await visitor.createPasskey();
    expect(created.body).toEqual({
      redirect: paths.dashboard,
      passkey: { id: expect.any(String), name: expect.stringContaining('Passkey') },
    });
    const dashboard = await visitor.get(paths.dashboard);
    expect(dashboard.text).toContain('Passkey saved as');
    expect(dashboard.text).toContain('Not used yet');
    expect((await visitor.get(paths.dashboard)).text).not.toContain('Passkey saved as');

    expect((await visitor.signOut()).headers.location).toBe(paths.login);
    expect((await visitor.get(paths.dashboard)).headers.location).toBe(paths.login);

    const back = await visitor.signInWithPasskey();
    expect([back.status, back.body]).toEqual([200, { redirect: paths.dashboard }]);
    const again = await visitor.get(paths.dashboard);
    expect(again.text).toContain(person.email);
    expect(again.text).toContain('Last used');
  });

  it('renames and deletes a passkey with forms', async () => {
    await givePasskey(running, createAuthenticator());
    const visitor = createVisitor(running);
    await visitor.signIn();
    const { id } = (await visitor.createPasskey()).body.passkey;
    expect((await visitor.get(paths.renamePasskey(id))).text).toContain('Rename passkey');
    const renamed = await visitor.postForm(paths.renamePasskey(id), { name: 'Ada’s <laptop>' });
    expect(renamed.headers.location).toBe(paths.dashboard);
    expect((await visitor.get(paths.dashboard)).text).toContain('Ada’s &lt;laptop&gt;');

    expect((await visitor.get(paths.deletePasskey(id))).text).toContain(
      'You will sign in with your other passkey or your password.',
    );
    expect((await visitor.postForm(paths.deletePasskey(id))).headers.location).toBe(paths.dashboard);
    expect((await visitor.get(paths.deletePasskey(id))).status).toBe(404);
    const refused = await visitor.signInWithPasskey();
    expect([refused.status, refused.body.code]).toEqual([404, 'credential_unknown']);
  });

  it('goes back to where the person wanted to be, by either way in', async () => {
    const visitor = createVisitor(running);
    const wanted = '/dashboard?tab=passkeys';
    const sent = await visitor.get(wanted);
    expect(sent.headers.location).toBe('/login?return_to=%2Fdashboard%3Ftab%3Dpasskeys');
    expect((await visitor.signIn({ ...person, return_to: wanted })).headers.location).toBe(wanted);
    await visitor.createPasskey();
    await visitor.signOut();
    expect((await visitor.signInWithPasskey({ return_to: wanted })).body.redirect).toBe(wanted);
  });
});
