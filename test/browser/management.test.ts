import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { deletedElsewhere, ownsMany, soon, storedPasskeys, userIdOf } from './support/account-steps.ts';
import { ownsPasskey, ownsPasskeyElsewhere } from './support/owning.ts';
import { useStage } from './support/stage.ts';
import { button, passkeyList, seesHeading, signsInUnseen } from './support/steps.ts';

const stage = useStage();

/** In the page: whether they are the pictures for this colour scheme, and here. */
const areLoaded = (all: (HTMLElement | SVGElement)[], scheme: string) =>
  all.every((one) => {
    const { currentSrc, complete } = one as HTMLImageElement;
    return complete && currentSrc.includes(`-${scheme}-`);
  });

const models = {
  iCloud: 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd',
  google: 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4',
  bitwarden: 'd548826e-79b4-db40-a3d8-11116f7e8349',
  windows: '08987058-cadc-4b81-b6e1-30de50dcbe96',
};

describe('an entry of the list', () => {
  it('has the sign of whoever keeps it, drawn for a light and for a dark page', async () => {
    const visit = await stage.visit();
    const { page } = visit;
    await ownsPasskey(visit);
    await signsInUnseen(visit);
    await ownsMany(stage.app(), visit, 5, Object.values(models));
    await visit.open(paths.dashboard);
    const signs = passkeyList(page).locator('img');
    expect(await signs.count()).toBe(4);
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await soon(() => signs.evaluateAll(areLoaded, scheme), `signs on a ${scheme} page`).toBe(true);
      const drawn = await signs.evaluateAll((all) =>
        all.map((one) => {
          const { currentSrc, naturalWidth, complete, alt } = one as HTMLImageElement;
          return { file: new URL(currentSrc).pathname, loaded: complete && naturalWidth > 0, alt };
        }),
      );
      expect(drawn.map(({ file }) => file.replace(/-[0-9a-f]{12}/, ''))).toEqual(
        ['icloud', 'google', 'bitwarden', 'computer'].map((name) => `/assets/provider-${name}-${scheme}.svg`),
      );
      for (const { loaded, alt } of drawn) expect({ loaded, alt }).toEqual({ loaded: true, alt: '' });
      // The virtual authenticator is nobody's.
      expect(await passkeyList(page).first().locator('svg').count()).toBe(1);
    }
  });
});

describe('the page that asks before a passkey is deleted', () => {
  it('says what remains to sign in with, leads to how to do the rest, and does not let anybody delete their only way in, not even by a form of yesterday', async () => {
    const visit = await stage.visit();
    const { page } = visit;
    visit.expectReport(/status of 409/);
    const own = await ownsPasskey(visit);
    await signsInUnseen(visit);
    const other = await ownsPasskeyElsewhere(visit);
    await visit.open(paths.deletePasskey(own));
    const remains = await page.getByText('It will no longer sign you in.').innerText();
    expect(remains).toMatch(/You will sign in with your other passkey or your password\.$/);
    const help = page.getByRole('link', { name: 'how to do it yourself' });
    expect(await help.getAttribute('href')).toBe(`${paths.helpPasskeys}#deleting`);
    await deletedElsewhere(stage.app(), other);
    const { db } = stage.app().database;
    await db('users')
      .where({ id: await userIdOf(stage.app(), visit) })
      .update({ password_hash: null });
    await button(page, 'Delete').click();
    await seesHeading(page, 'Your only way to sign in');
    expect(await page.getByRole('alert').innerText()).toContain('is your only way to sign in');
    expect(await button(page, 'Delete').count()).toBe(0);
    const back = page.getByRole('link', { name: 'Back to your passkeys' });
    expect(await back.getAttribute('href')).toMatch(new RegExp(`^${paths.dashboard}`));
    expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);
  });
});
