/**
 * Each operation once, as somebody calls it: for rules that hold of all of them. A new operation
 * without a scenario here does not compile.
 */
import type { Operations } from '../../src/operations/operations.ts';
import { type Actor, actingIn, newBrowser, password, pendingIn, place, withCode } from './acting.ts';
import type { TestApp } from './app.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import { cheapHash } from './cheap-hash.ts';
import { signs } from './signing.ts';

/** What is prepared for an operation, and how it is called; the call may be repeated. */
export type Scenario = (actor: Actor) => Promise<() => Promise<unknown>>;

let addresses = 0;
const newAddress = () => `nobody-yet-${++addresses}@example.com`;

/** The scenarios on an application that sends mail. */
export async function operationScenarios(running: TestApp): Promise<Record<keyof Operations, Scenario>> {
  const operations = () => running.app.operations;
  const hash = await cheapHash('chosen-for-these-tests');

  async function signUp(email: string): Promise<string> {
    const browser = `browser of ${email}`;
    await operations().beginSignUp(browser, { email, passwordHash: hash }, place);
    return browser;
  }

  /** @returns the recovery codes of somebody who has a passkey, and is asked for it from now on */
  async function withSecondFactor(actor: Actor, authenticator?: Authenticator): Promise<string[]> {
    await actor.createPasskey(authenticator);
    const made = await operations().turnOnSecondFactor(actor.requester, place);
    if (!made) throw new Error('the second factor was not turned on');
    return made.codes;
  }

  const leavePending = async ({ email }: Actor): Promise<string> =>
    pendingIn(await operations().signInWithPassword({ email, password }, newBrowser, place));

  return {
    signInWithPassword: async ({ email }) => {
      const form = { email, password };
      return () => operations().signInWithPassword(form, newBrowser, place);
    },
    signInWithPasskey: async (actor) => {
      const authenticator = createAuthenticator();
      await actor.createPasskey(authenticator);
      const identity = await actor.identify(authenticator);
      return () => operations().signInWithPasskey(identity, true, newBrowser, place);
    },
    confirmWithPassword: async (actor) => async () =>
      operations().confirmWithPassword(
        actor.held(),
        { user: await actor.person(), password, code: '', device: null },
        place,
      ),
    confirmWithPasskey: async (actor) => {
      const authenticator = createAuthenticator();
      await actor.createPasskey(authenticator);
      const { epoch } = await actor.person();
      const proof = { ...(await actor.identify(authenticator)), epoch };
      return () => operations().confirmWithPasskey(actor.held(), proof, place);
    },
    completeWithPasskey: async (actor) => {
      const authenticator = createAuthenticator();
      await withSecondFactor(actor, authenticator);
      const id = await leavePending(actor);
      const use = await actor.identify(authenticator);
      return () => operations().completeWithPasskey(id, async () => use, newBrowser, place);
    },
    completeWithCode: async (actor) => {
      const [code = ''] = await withSecondFactor(actor);
      const id = await leavePending(actor);
      return () => operations().completeWithCode(id, code, newBrowser, place);
    },
    endPending: async (actor) => {
      await withSecondFactor(actor);
      const id = await leavePending(actor);
      return () => operations().endPending(id, place);
    },
    turnOnSecondFactor: async (actor) => {
      await actor.createPasskey();
      return () => operations().turnOnSecondFactor(actor.requester, place);
    },
    turnOffSecondFactor: async (actor) => {
      const [code = ''] = await withSecondFactor(actor);
      return () => operations().turnOffSecondFactor(actor.requester, withCode(actor.typing, code), place);
    },
    renewRecoveryCodes: async (actor) => {
      await withSecondFactor(actor);
      return () => operations().renewRecoveryCodes(actor.requester, place);
    },
    beginSignUp: async () => {
      const email = newAddress();
      return () => operations().beginSignUp(email, { email, passwordHash: hash }, place);
    },
    resendSignUp: async () => {
      const browser = await signUp(newAddress());
      return () => operations().resendSignUp(browser, place);
    },
    completeSignUp: async () => {
      const email = newAddress();
      await signUp(email);
      const secret = await actingIn(running).newestSecret('sign-up', email);
      return () =>
        operations().completeSignUp(
          secret,
          { browser: null, chosenHash: hash, former: null },
          'Welcome.',
          place,
        );
    },
    requestConfirmation: async (actor) => {
      await running.database.db('users').where({ id: actor.userId }).update({ email_verified_at: null });
      return () => operations().requestConfirmation(actor.requester, actor.email, place);
    },
    confirmEmail: async (actor) => {
      await running.database.db('users').where({ id: actor.userId }).update({ email_verified_at: null });
      await operations().requestConfirmation(actor.requester, actor.email, place);
      const secret = await actor.newestLink('confirm-email');
      return () => operations().confirmEmail(secret, place);
    },
    requestReset:
      async ({ email }) =>
      () =>
        operations().requestReset(email, place),
    makeResetLink:
      async ({ userId }) =>
      () =>
        operations().makeResetLink({ userId, operator: true }, true, place),
    resetPassword: async (actor) => {
      await operations().requestReset(actor.email, place);
      const secret = await actor.newestLink('reset-password');
      return () => operations().resetPassword(secret, hash, newBrowser, 'You are in.', place);
    },
    requestKnownDevice:
      async ({ email }) =>
      () =>
        operations().requestKnownDevice(email, place),
    useKnownDevice: async (actor) => {
      await operations().requestKnownDevice(actor.email, place);
      const secret = await actor.newestLink('known-device');
      return () => operations().useKnownDevice(secret, place);
    },
    changePassword:
      async ({ requester }) =>
      () =>
        operations().changePassword(requester, hash, place),
    removePassword: async (actor) => {
      const authenticator = createAuthenticator();
      await actor.createPasskey(authenticator);
      await actor.createPasskey();
      const signed = await signs(running, actor, 'remove_password', authenticator);
      return () => operations().removePassword(actor.requester, { signed }, place);
    },
    requestEmailChange: async ({ requester }) => {
      const email = newAddress();
      return () => operations().requestEmailChange(requester, email, place);
    },
    confirmEmailChange: async (actor) => {
      const email = newAddress();
      await operations().requestEmailChange(actor.requester, email, place);
      const secret = await actor.newestLink('change-email', email);
      return () => operations().confirmEmailChange(secret, actor.requester, place);
    },
    signOut:
      async ({ requester }) =>
      () =>
        operations().signOut(requester, place),
    endSession: async (actor) => {
      const { signInId } = await actor.comeElsewhere();
      return () => operations().endSession(actor.requester, signInId, 'Chrome on macOS', place);
    },
    endOtherSessions: async (actor) => {
      await actor.comeElsewhere();
      return () => operations().endOtherSessions(actor.requester, place);
    },
    addPasskey: async (actor) => {
      const { who, registered } = await actor.register();
      return () => operations().addPasskey(who, registered, place);
    },
    renamePasskey: async (actor) => {
      const id = await actor.createPasskey();
      return () => operations().renamePasskey(actor.requester, id, 'Work laptop', place);
    },
    deletePasskey: async (actor) => {
      const id = await actor.createPasskey();
      return () => operations().deletePasskey(actor.requester, id, true, place);
    },
    reviewPasskeys: async (actor) => {
      const id = await actor.createPasskey();
      await actor.createPasskey();
      return () => operations().reviewPasskeys(actor.requester, [id], place);
    },
    secureAccount: async (actor) => {
      await actor.createPasskey();
      const secret = await actor.newestLink('lockdown');
      return () => operations().secureAccount(secret, place);
    },
    createAccount: async () => {
      const email = newAddress();
      return () => operations().createAccount({ email, passwordHash: hash }, place);
    },
    noteExport:
      async ({ requester }) =>
      () =>
        operations().noteExport(requester, place),
    setAutomaticPasskeys:
      async ({ requester }) =>
      () =>
        operations().setAutomaticPasskeys(requester, false, place),
    deleteAccount: async (actor) => {
      await actor.createPasskey();
      return () => operations().deleteAccount(actor.requester, actor.typing, place);
    },
  };
}

/** What an operation answers when it refuses: a link that is used, a wrong password, nothing to do. */
export const isRefusal = (answer: unknown) =>
  answer === null ||
  answer === false ||
  answer === 'gone' ||
  answer === 'elsewhere' ||
  answer === 'wrong' ||
  answer === 'password' ||
  answer === 'code';

/** For tables of tests, which are made before there is an application. */
const named: Record<keyof Operations, true> = {
  signInWithPassword: true,
  signInWithPasskey: true,
  confirmWithPassword: true,
  confirmWithPasskey: true,
  completeWithPasskey: true,
  completeWithCode: true,
  endPending: true,
  turnOnSecondFactor: true,
  turnOffSecondFactor: true,
  renewRecoveryCodes: true,
  beginSignUp: true,
  resendSignUp: true,
  completeSignUp: true,
  requestConfirmation: true,
  confirmEmail: true,
  requestReset: true,
  makeResetLink: true,
  resetPassword: true,
  requestKnownDevice: true,
  useKnownDevice: true,
  changePassword: true,
  removePassword: true,
  requestEmailChange: true,
  confirmEmailChange: true,
  signOut: true,
  endSession: true,
  endOtherSessions: true,
  addPasskey: true,
  renamePasskey: true,
  deletePasskey: true,
  reviewPasskeys: true,
  secureAccount: true,
  createAccount: true,
  noteExport: true,
  setAutomaticPasskeys: true,
  deleteAccount: true,
};
export const operationNames = Object.keys(named) as (keyof Operations)[];

/** What needs no session: signing in, links, and what an operator does. Everything else asks for a living one. */
export const withoutSession: readonly (keyof Operations)[] = [
  'signInWithPassword',
  'signInWithPasskey',
  'completeWithPasskey',
  'completeWithCode',
  'endPending',
  'beginSignUp',
  'resendSignUp',
  'completeSignUp',
  'confirmEmail',
  'requestReset',
  'makeResetLink',
  'resetPassword',
  'requestKnownDevice',
  'useKnownDevice',
  'signOut',
  'secureAccount',
  'createAccount',
];
