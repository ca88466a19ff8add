/** Everything that is kept about somebody, as a file. Complete or not at all; nothing in it opens anything. */
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.ts';
import type { SessionStore } from '../../accounts/session-store.ts';
import { AppError } from '../../errors.ts';
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { note, type Telling } from '../account-news.ts';
import { type AppRouter, currentUser } from '../context.ts';
import { parseForm } from '../input.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { dataPage } from '../pages/data-page.ts';
import { paths } from '../paths.ts';
import { takeDraft } from '../session.ts';
import { sourceOf, visitorOf } from '../visitor.ts';

type Dependencies = Telling & {
  accounts: Accounts;
  passkeys: Passkeys;
  sessionStore: SessionStore;
  logger: Logger;
};

/** Nothing is asked, but it must be a form. */
const exportForm = z.object({});

/** GET /settings/data, POST /settings/data/export. */
export function accountDataRoutes(router: AppRouter, dependencies: Dependencies): void {
  router.get(paths.data, (ctx) => ctx.render(dataPage(visitorOf(ctx))));

  // Whoever comes back from a step-up comes with a GET, to the page with the button.
  router.get(paths.exportData, (ctx) => {
    const notice = takeDraft(ctx) ? 'Thank you. You can download your data now.' : '';
    ctx.render(dataPage(visitorOf(ctx), notice));
  });

  router.post(paths.exportData, requireRecentProof(), async (ctx) => {
    parseForm(ctx, exportForm);
    const { id } = currentUser(ctx);
    const everything = await collect(dependencies, id);
    await note(ctx, dependencies, id, { event: 'data_exported' });
    const facts = { user: pseudonym(id), ...sourceOf(ctx) };
    logEvent(dependencies.logger, 'data_exported', { outcome: 'success', ...facts });
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Disposition', 'attachment; filename="latchkey-data.json"');
    ctx.type = 'json';
    ctx.body = JSON.stringify(everything, null, 2);
  });
}

/** @throws {AppError} `passkey_service_unavailable` rather than to leave something out */
async function collect({ accounts, passkeys, sessionStore, activity }: Dependencies, userId: string) {
  const [account, held, sessions, entries] = await Promise.all([
    accounts.facts(userId),
    passkeys.listOrNull(userId),
    sessionStore.listFor(userId),
    activity.listFor(userId),
  ]);
  if (!account) throw new AppError('signed_out', 'This account is gone.');
  if (!held) throw incomplete();
  return {
    account: {
      id: account.id,
      email: account.email,
      emailConfirmed: account.emailVerified,
      hasPassword: account.hasPassword,
      passwordChangedAt: account.passwordChangedAt,
      createdAt: account.createdAt,
      createsPasskeysAutomatically: await accounts.allowsAutomaticPasskeys(userId),
    },
    passkeys: held.map(({ name, createdAt, lastUsedAt, lastDevice, synced, automatic }) => ({
      name,
      createdAt,
      lastUsedAt,
      lastDevice,
      synced,
      createdAutomatically: automatic,
    })),
    sessions: sessions.map(({ method, device, createdAt, lastSeenAt }) => ({
      method,
      device,
      createdAt,
      lastSeenAt,
    })),
    activity: entries.map(({ event, at, method, device, address, detail }) => ({
      event,
      at,
      method,
      device,
      network: address,
      detail,
    })),
  };
}

function incomplete(): AppError {
  const sentence =
    'Your passkeys cannot be read right now, and your data would not be complete. Try again in a moment.';
  return new AppError('passkey_service_unavailable', sentence, { retryAfter: 10 });
}
