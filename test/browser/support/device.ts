/** Watches what a page asks of the device and sends to the server, and plays what a tab goes through. */
import type { Disposable, Page } from 'playwright-core';
import { expect } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { ownsPasskey } from './owning.ts';
import { patience } from './patience.ts';
import type { Visit } from './stage.ts';

/** With autofill, and without automatic creation. */
export const withAutofill = { capabilities: { conditionalCreate: false } };

/**
 * What becomes of a request in the field: what the browser makes of it, or, after it was told to end, an end that
 * comes 100 ms later, none at all, or the passkey that a person chose in the same moment.
 */
type Behaviour = 'real' | 'ends late' | 'never ends' | 'answers after its end';

/**
 * Pages that are opened from now on note every request for a passkey and how it ended.
 *
 * @returns what ends that, for those that are opened after it
 */
export function watchDevice({ context }: Visit, behaviour: Behaviour = 'real'): Promise<Disposable> {
  return context.addInitScript(install, behaviour);
}

/** In their order: `conditional: asked`, `modal: asked`, then how each ended: `answered` or an exception's name. */
export const happened = (page: Page) => noted(page, 'happened');
/** The challenges of all requests, in their order. */
export const challenges = (page: Page) => noted(page, 'challenges');

export async function hasHappened(page: Page, events: string[], message = ''): Promise<void> {
  await expect.poll(() => happened(page), { timeout: patience, interval: 20, message }).toEqual(events);
}

/** Counts what the page sends from now on. */
export function watchSent(page: Page) {
  const sent = { starts: 0, finishes: 0, events: [] as unknown[] };
  page.on('request', (request) => {
    if (request.method() !== 'POST') return;
    const { pathname } = new URL(request.url());
    if (pathname === paths.passkeyEvents) sent.events.push(request.postDataJSON());
    if (pathname !== paths.passkeyLogin) return;
    if (request.postDataJSON().start) sent.starts += 1;
    else sent.finishes += 1;
  });
  return sent;
}

/** On the sign-in page with a passkey in the device that nobody touches: the request in the field waits. */
export async function arriveWaiting(visit: Visit, path: string = paths.login): Promise<void> {
  await ownsPasskey(visit);
  await visit.authenticator.setPresent(false);
  await visit.open(path);
  await hasHappened(visit.page, ['conditional: asked']);
}

/** The tab goes behind another one, or comes to the front. */
export const show = (page: Page, shown = true) =>
  page.evaluate((shown) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: !shown });
    document.dispatchEvent(new Event('visibilitychange'));
  }, shown);
export const hide = (page: Page) => show(page, false);

/** Kept by the tab, so that what a page did can be told on the next one. */
const noted = (page: Page, what: 'happened' | 'challenges') =>
  page.evaluate((what) => JSON.parse(sessionStorage.getItem(what) ?? '[]') as string[], what);

function install(behaviour: Behaviour): void {
  if (!('PublicKeyCredential' in window)) return;
  const note = (what: string, entry: string) =>
    sessionStorage.setItem(
      what,
      JSON.stringify([...JSON.parse(sessionStorage.getItem(what) ?? '[]'), entry]),
    );
  const real = CredentialsContainer.prototype.get;
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const ended = (signal?: AbortSignal | null) =>
    new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
    });

  const play = {
    real: (request: CredentialRequestOptions) => real.call(navigator.credentials, request),
    'ends late': ({ signal }) =>
      ended(signal).catch(async (reason) => {
        await pause(100);
        throw reason;
      }),
    'never ends': () => new Promise<never>(() => {}),
    'answers after its end': async ({ signal, publicKey }) => {
      const chosen = await real.call(navigator.credentials, { publicKey: publicKey ?? ({} as never) });
      return ended(signal).catch(() => chosen);
    },
  } satisfies Record<Behaviour, (request: CredentialRequestOptions) => Promise<Credential | null>>;

  CredentialsContainer.prototype.get = async (request = {}) => {
    const mediation = request.mediation ?? 'modal';
    note('happened', `${mediation}: asked`);
    const bytes = new Uint8Array(request.publicKey?.challenge as ArrayBuffer);
    note('challenges', btoa(String.fromCharCode(...bytes)));
    const answer = request.mediation ? play[behaviour](request) : play.real(request);
    return answer.then(
      (credential) => {
        note('happened', `${mediation}: answered`);
        return credential;
      },
      (error: Error) => {
        note('happened', `${mediation}: ${error.name}`);
        throw error;
      },
    );
  };
}
