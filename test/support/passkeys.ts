/** The passkeys of the application without its web: the real services over the real API, in one process and database. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '../../src/db/database.ts';
import { createLogger } from '../../src/logger.ts';
import { createPasskeyApi } from '../../src/passkey-api/index.ts';
import { createEmbeddedTransport } from '../../src/passkeys/hanko/transport.ts';
import { createPasskeys, type Passkeys, type Person, type SignedAct } from '../../src/passkeys/passkeys.ts';
import { createPendingDeletions } from '../../src/passkeys/pending-deletions.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import { createTestDatabase, keptTenant, type TestDatabase } from './database.ts';
import { recordsIn } from './records.ts';
import { storePasskey } from './stored-passkey.ts';
import { unattended } from './upgrade.ts';
import { createWire } from './wire.ts';

export const relyingParty = { id: 'localhost', origin: 'http://localhost:3000' };
export const source = { address: '192.0.2.7', requestId: 'this-request' };
const device = 'Chrome on macOS';

export type TestPasskeys = Awaited<ReturnType<typeof startPasskeys>>;

/** Somebody with an id of their own, in a sign-in. */
export function somebody(email = 'ada@example.com', signInId = 'this one'): Person {
  return { id: randomUUID(), email, epoch: 0, signInId };
}

/** A creation that has begun: options for the authenticator, and the ticket for its answer. */
export type Started = Awaited<ReturnType<Passkeys['beginRegistration']>>;

/** @param given a database that is migrated already; else one of its own */
export async function startPasskeys(given?: TestDatabase) {
  const database = given ?? (await createTestDatabase());
  const { secretKeys, tenantId } = keptTenant();
  const tenant = { tenantId, apiKey: randomBytes(64).toString('base64url') };
  const settings = {
    ...tenant,
    relyingParty: { ...relyingParty, name: 'Test', origins: [relyingParty.origin] },
    secretKeys,
  };
  const wire = createWire();
  const log: string[] = [];
  const logger = createLogger('info', { write: (line) => void log.push(line) });
  const api = createPasskeyApi({ db: database.db, settings });
  const transport = wire.wrapTransport(createEmbeddedTransport(api.answer, tenant));
  const passkeys = createPasskeys({
    db: database.db,
    transport,
    relyingParty,
    logger,
    automaticUpgrade: true,
  });

  const confirm = ({ id: userId }: Person, id: string) =>
    database.db.transaction((trx) => passkeys.confirm(trx, userId, id));

  const finish = async (person: Person, { ticket }: Started, credential: object) => {
    const registered = await passkeys.register(person, credential, [ticket], device, source);
    await confirm(person, registered.id);
    return registered;
  };

  return {
    database,
    wire,
    transport,
    logger,
    passkeys,
    records: recordsIn(database.db),
    deletions: createPendingDeletions(database.db),
    events: () => log.map((line) => JSON.parse(line)).filter(({ event }) => event !== undefined),
    log,
    begin: (person: Person) => passkeys.beginRegistration(person, undefined, source),
    beginUpgrade: (person: Person) => passkeys.beginUpgrade(person, Date.now() + 60_000, source),
    finish,
    /** A passkey that was created on purpose and is taken in, put there without the ceremony. @returns its id */
    create: async (person: Person, authenticator: Authenticator = createAuthenticator()) => {
      const { id } = await storePasskey(database.db, person, authenticator, {
        origin: relyingParty.origin,
        device,
      });
      await confirm(person, id);
      return id;
    },
    /** Both stages of the registration of a key that works only after the password. @returns its id */
    createSecondFactor: async (person: Person, authenticator: Authenticator = createAuthenticator()) => {
      const { options, ticket } = await passkeys.beginSecondFactorRegistration(person, undefined, source);
      const answer = authenticator.create(options, relyingParty.origin);
      const { id } = await passkeys.registerSecondFactor(person, answer, [ticket], device, source);
      await confirm(person, id);
      return id;
    },
    /** Both stages of an automatic upgrade, as it is the first in this sign-in. @returns the id of the passkey */
    upgrade: async (person: Person, authenticator: Authenticator = unattended()) => {
      const signIn = { ...person, signInId: randomUUID() };
      const started = await passkeys.beginUpgrade(signIn, Date.now() + 60_000, source);
      const answer = authenticator.create(started.options, relyingParty.origin);
      return (await finish(signIn, started, answer)).id;
    },
    /** Deletes a passkey here, and has the API told. */
    remove: (person: Person, id: string) => removed(database.db, passkeys, person.id, id),
    /** @returns whether there was room for it */
    keepSigned: (signed: SignedAct) => database.db.transaction((trx) => passkeys.keepSigned(trx, signed)),
  };
}

/** Notes a passkey as somebody's that is deleted, and has the API told. */
export async function removed(db: Database, passkeys: Passkeys, userId: string, id: string): Promise<void> {
  await db.transaction((trx) => passkeys.delete(trx, userId, id));
  await passkeys.settle(userId);
}

/** What came of it: the code of a refusal, else "done". */
export const outcomeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    ({ code, message }) => code ?? message,
  );
