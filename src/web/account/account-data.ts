/** Everything that is kept about somebody, as a file. Complete or not at all; nothing in it opens anything. */
import { Readable } from 'node:stream';
import type { Accounts } from '../../accounts/accounts.ts';
import type { ActivityStore, Entry } from '../../accounts/activity-store.ts';
import type { SessionStore } from '../../accounts/session-store.ts';
import type { AccountFacts } from '../../accounts/user.ts';
import { brand } from '../../brand.ts';
import { AppError } from '../../errors.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { type AppRouter, currentUser } from '../http/context.ts';
import { takeDraft } from '../http/draft-cookie.ts';
import { expectForm } from '../http/input.ts';
import { requesterOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { whileSignedIn } from '../http/while-signed-in.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { dataIncomplete, downloadNow } from './account-words.ts';
import { dataPage } from './data-page.ts';

type Dependencies = {
  accounts: Accounts;
  passkeys: Passkeys;
  sessionStore: SessionStore;
  activity: ActivityStore;
  operations: Operations;
  secure: boolean;
};

/** GET /settings/data, POST /settings/data/export. */
export function accountDataRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, secure } = dependencies;

  router.get(paths.data, (ctx) => ctx.render(dataPage(visitorOf(ctx))));

  // Whoever comes back from a step-up comes with a GET, to the page with the button.
  router.get(paths.exportData, (ctx) => {
    const notice = takeDraft(ctx, secure) ? downloadNow : '';
    ctx.render(dataPage(visitorOf(ctx), notice));
  });

  router.post(paths.exportData, requireRecentProof(secure), async (ctx) => {
    expectForm(ctx);
    const account = currentUser(ctx);
    const requester = requesterOf(ctx);
    const [facts, entries] = await Promise.all([
      collect(dependencies, account),
      dependencies.activity.everything(account.id),
    ]);
    await operations.noteExport(requester, sourceOf(ctx));
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Disposition', `attachment; filename="${brand.slug}-data.json"`);
    ctx.type = 'json';
    const kept = whileSignedIn(dependencies.sessionStore, requester, entries);
    ctx.body = Readable.from(written(facts, kept));
  });
}

/** @throws {AppError} `passkey_service_unavailable` rather than to leave something out */
async function collect({ accounts, passkeys, sessionStore }: Dependencies, account: AccountFacts) {
  const [held, sessions, recoveryCodesLeft, signedActs] = await Promise.all([
    passkeys.listOrNull(account.id),
    sessionStore.listFor(account.id),
    accounts.recoveryCodesLeft(account.id),
    passkeys.signedBy(account.id),
  ]);
  if (!held) throw incomplete();
  return {
    account: {
      id: account.id,
      email: account.address,
      emailConfirmed: account.emailVerified,
      hasPassword: account.hasPassword,
      passwordChangedAt: account.passwordChangedAt,
      createdAt: account.createdAt,
      createsPasskeysAutomatically: account.automaticPasskeys,
      asksForPasskeyAfterPasswordSince: account.secondFactorSince,
      recoveryCodesLeft,
    },
    passkeys: held.map(({ name, createdAt, lastUsedAt, lastDevice, synced, automatic, signsInAlone }) => ({
      name,
      createdAt,
      lastUsedAt,
      lastDevice,
      synced,
      createdAutomatically: automatic,
      worksOnlyAfterPassword: !signsInAlone,
    })),
    sessions: sessions.map(({ method, device, createdAt, lastSeenAt }) => ({
      method,
      device,
      createdAt,
      lastSeenAt,
    })),
    // All of it, so that whoever has the file can verify what they signed.
    signedActs: signedActs.map(({ userId: _, ...record }) => record),
  };
}

/**
 * The file as it is sent: the activity is read as it is written, since nobody knows how much there is. An answer that
 * breaks off is no JSON, so nobody takes a part of it for the whole.
 */
async function* written(facts: object, batches: AsyncIterable<Entry[]>): AsyncGenerator<string> {
  yield `${JSON.stringify(facts, null, 2).slice(0, -2)},\n  "activity": [`;
  let separator = '\n    ';
  for await (const batch of batches) {
    yield separator + batch.map((entry) => JSON.stringify(exported(entry))).join(',\n    ');
    separator = ',\n    ';
  }
  yield '\n  ]\n}\n';
}

function exported({ event, at, method, device, address, detail, times, lastAt }: Entry) {
  return { event, at, method, device, network: address, detail, times, lastAt };
}

function incomplete(): AppError {
  return new AppError('passkey_service_unavailable', dataIncomplete, { retryAfter: 10 });
}
