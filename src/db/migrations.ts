/**
 * The migrations by fixed names without a file extension, so that the TypeScript sources and the built bundle
 * agree on what has run. `npm run db:new` keeps this list; do not sort or edit what has shipped.
 */
import type { Knex } from 'knex';
import * as createUsers from '../../migrations/20261123000000_create_users.ts';
import * as createSessions from '../../migrations/20261123000100_create_sessions.ts';
import * as createUsedChallenges from '../../migrations/20261123000200_create_used_challenges.ts';
import * as createRateLimits from '../../migrations/20261123000300_create_rate_limits.ts';
import * as createPasskeyApi from '../../migrations/20261123000400_create_passkey_api.ts';
import * as createPasskeyRecords from '../../migrations/20261125000000_create_passkey_records.ts';
import * as addAutomaticPasskeys from '../../migrations/20261125000100_add_automatic_passkeys.ts';
import * as addSignInToSessions from '../../migrations/20261125000200_add_sign_in_to_sessions.ts';
import * as createOutbox from '../../migrations/20261126000000_create_outbox.ts';
import * as addAccountFacts from '../../migrations/20261126000100_add_account_facts.ts';
import * as createAccountTokens from '../../migrations/20261126000200_create_account_tokens.ts';
import * as createActivity from '../../migrations/20261126000300_create_activity.ts';
import * as addDeviceToSessions from '../../migrations/20261126000400_add_device_to_sessions.ts';
import * as createPasskeyErasures from '../../migrations/20261126000500_create_passkey_erasures.ts';
import * as createPasskeyRemovals from '../../migrations/20261126000600_create_passkey_removals.ts';
import * as addAccountEpoch from '../../migrations/20261126001000_add_account_epoch.ts';
import * as createPendingDeletions from '../../migrations/20261126001100_create_pending_deletions.ts';
import * as boundActivity from '../../migrations/20261126001200_bound_activity.ts';
import * as indexWhatWaits from '../../migrations/20261126203254_index_what_waits.ts';
import * as addSecondFactor from '../../migrations/20261127093000_add_second_factor.ts';
import * as addSecondFactorKeys from '../../migrations/20261127093201_add_second_factor_keys.ts';
import * as addTransactions from '../../migrations/20261127093538_add_transactions.ts';
import * as createSignedActs from '../../migrations/20261127094719_create_signed_acts.ts';
import * as addKnownToPendingSignIns from '../../migrations/20261127130700_add_known_to_pending_sign_ins.ts';

const migrations: Record<string, Knex.Migration> = {
  '20261123000000_create_users': createUsers,
  '20261123000100_create_sessions': createSessions,
  '20261123000200_create_used_challenges': createUsedChallenges,
  '20261123000300_create_rate_limits': createRateLimits,
  '20261123000400_create_passkey_api': createPasskeyApi,
  '20261125000000_create_passkey_records': createPasskeyRecords,
  '20261125000100_add_automatic_passkeys': addAutomaticPasskeys,
  '20261125000200_add_sign_in_to_sessions': addSignInToSessions,
  '20261126000000_create_outbox': createOutbox,
  '20261126000100_add_account_facts': addAccountFacts,
  '20261126000200_create_account_tokens': createAccountTokens,
  '20261126000300_create_activity': createActivity,
  '20261126000400_add_device_to_sessions': addDeviceToSessions,
  '20261126000500_create_passkey_erasures': createPasskeyErasures,
  '20261126000600_create_passkey_removals': createPasskeyRemovals,
  '20261126001000_add_account_epoch': addAccountEpoch,
  '20261126001100_create_pending_deletions': createPendingDeletions,
  '20261126001200_bound_activity': boundActivity,
  '20261126203254_index_what_waits': indexWhatWaits,
  '20261127093000_add_second_factor': addSecondFactor,
  '20261127093201_add_second_factor_keys': addSecondFactorKeys,
  '20261127093538_add_transactions': addTransactions,
  '20261127094719_create_signed_acts': createSignedActs,
  '20261127130700_add_known_to_pending_sign_ins': addKnownToPendingSignIns,
};

/** What knex asks for migrations; names are the keys above. */
export const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: async () => Object.keys(migrations),
  getMigrationName: (name) => name,
  getMigration: async (name) => migrations[name] as Knex.Migration,
};
