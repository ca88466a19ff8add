/**
 * Making this browser a known one by a link in a mail, for whoever cannot get in because somebody guesses at their
 * account: the same answer for every address.
 */
import * as z from 'zod';
import { emailAddress } from '../../accounts/email-address.ts';
import { openLink } from '../../accounts/links.ts';
import type { Database } from '../../db/database.ts';
import { AppError } from '../../errors.ts';
import type { Operations } from '../../operations/operations.ts';
import { paths, patterns } from '../../paths.ts';
import { comesBack } from '../http/comes-back.ts';
import type { AppMiddleware, AppRouter } from '../http/context.ts';
import { rememberDevice } from '../http/device-cookie.ts';
import { enterEmail } from '../http/field-words.ts';
import { expectForm, parseForm, typedEmail } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { sourceOf } from '../http/visitor.ts';
import { knownDeviceSentPage } from '../links/check-mail-page.ts';
import { askForHelp } from '../links/mail-words.ts';
import { useKnownDevicePage } from '../links/mailed-link-page.ts';
import { limitUnlessOpen, linkGone, tokenOf } from '../links/mailed-token.ts';
import { knownDevicePage } from './known-device-page.ts';

type Dependencies = {
  db: Database;
  operations: Operations;
  formLimit: AppMiddleware;
  secure: boolean;
  /** Whether mail can be sent at all. */
  mail: boolean;
};

const requestForm = z.object({ email: emailAddress });

/** GET and POST /known-device, GET /known-device/sent, GET and POST /known-device/:token. */
export function knownDeviceRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { db, operations, formLimit, secure, mail } = dependencies;
  const open: AppMiddleware = (_ctx, next) => {
    if (mail) return next();
    throw new AppError('mail_off', askForHelp);
  };
  const unlessOpen = limitUnlessOpen((token) => openLink(db, token, 'known-device'), formLimit);

  router.get(paths.knownDevice, open, (ctx) => ctx.render(knownDevicePage()));

  const back = comesBack((ctx, refusal) => ctx.render(knownDevicePage(typedEmail(ctx), '', refusal)));

  router.post(paths.knownDevice, open, back, formLimit, async (ctx) => {
    const form = parseForm(ctx, requestForm);
    if (!form.success) {
      ctx.status = 422;
      return ctx.render(knownDevicePage(typedEmail(ctx), enterEmail));
    }
    await operations.requestKnownDevice(form.data.email, sourceOf(ctx));
    seeOther(ctx, paths.knownDeviceSent);
  });

  router.get(paths.knownDeviceSent, open, (ctx) => ctx.render(knownDeviceSentPage()));

  router.get(patterns.useKnownDevice, async (ctx) => {
    const token = tokenOf(ctx);
    const found = await openLink(db, token, 'known-device');
    if (found) ctx.render(useKnownDevicePage(token, found.user.email));
    else linkGone(ctx, 'known-device');
  });

  router.post(patterns.useKnownDevice, unlessOpen, async (ctx) => {
    expectForm(ctx);
    const user = await operations.useKnownDevice(tokenOf(ctx), sourceOf(ctx));
    if (!user) return linkGone(ctx, 'known-device');
    rememberDevice(ctx, user, secure);
    seeOther(ctx, `${paths.login}?browser=known`);
  });
}
