/**
 * What each browser test stands on: the real application, a browser, and visits that share nothing. Whatever a page
 * reports on its console, throws, or has blocked by policy fails the test, unless the test said that it would happen.
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { startApp, type TestApp, type TestAppOptions } from '../../support/app.ts';
import { launchBrowser } from '../../support/browser.ts';
import { type MailedApp, startMailedApp } from '../../support/mailed.ts';
import type { VirtualAuthenticator } from '../../support/virtual-authenticator.ts';
import { createProfile, type Profile } from './profile.ts';
import { sharedBrowser } from './shared-browser.ts';

type Person = { email: string; password: string };

export type Visit = {
  app: TestApp;
  context: BrowserContext;
  page: Page;
  authenticator: VirtualAuthenticator;
  /** An account of this visit alone. */
  person: Person;
  /** Where the application is. */
  origin: string;
  /** Opens a path of the application. */
  open(path: string): Promise<void>;
  /** From now on a report that matches is no fault; browsers report every answer of 4xx and 5xx. */
  expectReport(pattern: RegExp): void;
};

export type VisitOptions = BrowserContextOptions & {
  /** Runs in every page before any other script. */
  before?: () => void;
  /**
   * What the browser says that it can do, where it is not the truth. By default it has neither autofill nor automatic
   * creation: with a device that answers at once they leave nobody the time to press a button. `{}` is the truth.
   */
  capabilities?: Record<string, boolean>;
  email?: string;
};

type StageOptions = TestAppOptions & {
  /** Keeps left pages in memory, in a browser of its own; by default it is the worker's. */
  restoresPages?: boolean;
  /** The application sends mail, which a test reads with `stage.mailed()`. */
  mailed?: boolean;
};

/** Starts everything before the tests of a file and stops it after them, but for the worker's browser. */
export function useStage(options: StageOptions = {}) {
  let app: TestApp;
  let mailed: MailedApp | undefined;
  let browser: Browser;
  let people = 0;
  const open: { profile: Profile; kind: string; unexpected: () => string[] }[] = [];
  /** Nobody is in these, and nothing: profiles by the options of their contexts. */
  const empty = new Map<string, Profile[]>();

  beforeAll(async () => {
    mailed = options.mailed ? await startMailedApp(options) : undefined;
    app = mailed ?? (await startApp(options));
    browser = options.restoresPages ? await launchBrowser(options) : sharedBrowser;
  });
  afterAll(async () => {
    // The worker's browser outlives this file.
    await Promise.all([...empty.values()].flat().map(({ context }) => context.close()));
    if (browser !== sharedBrowser) await browser?.close();
    await app?.close();
  });
  afterEach(async ({ task }) => {
    const visits = open.splice(0);
    const unexpected = visits.flatMap((visit) => visit.unexpected());
    await Promise.all(
      visits.map(async ({ profile, kind }) => {
        const isKept = kind && task.result?.state !== 'fail' && (await profile.empties());
        if (isKept) empty.set(kind, [...(empty.get(kind) ?? []), profile]);
        else await profile.context.close();
      }),
    );
    expect(unexpected).toEqual([]);
  });

  return {
    app: () => app,
    mailed(): MailedApp {
      if (!mailed) throw new Error('this stage has no mail');
      return mailed;
    },
    /** A browser profile that nobody else is in, with one page, one authenticator and one account. */
    async visit({ before, email, capabilities, ...contextOptions }: VisitOptions = {}): Promise<Visit> {
      const person = { email: email ?? `ada.${++people}@example.com`, password: 'analytical-engine-1843' };
      await app.createAccount(person.email, person.password);
      const isSingular = contextOptions.storageState || options.restoresPages;
      const kind = isSingular ? '' : JSON.stringify(contextOptions);
      const profile =
        empty.get(kind)?.pop() ??
        (await createProfile(browser, { baseURL: app.origin, ...lessToDraw, ...contextOptions }));
      const { context, page, authenticator, reports } = profile;
      await context.addInitScript(claimCapabilities, capabilities ?? buttonsOnly);
      if (before) await context.addInitScript(before);
      const expected: RegExp[] = [];
      open.push({
        profile,
        kind,
        unexpected: () => reports.filter((report) => !expected.some((pattern) => pattern.test(report))),
      });
      return {
        app,
        context,
        page,
        authenticator,
        person,
        origin: app.origin,
        open: async (path) => {
          // By itself `goto` fails where a script leads away before all is loaded, as when a passkey is filled in.
          await page.goto(path, { waitUntil: 'commit' });
          await page.waitForLoadState();
        },
        expectReport: (pattern) => void expected.push(pattern),
      };
    },
  };
}

/**
 * The processor draws, and that is a third of a browser's work. It has an eighth less to do when pages have half the area
 * of Playwright's 1280 by 720, which is still beyond the breakpoint, and when colours change at once.
 */
const lessToDraw = { viewport: { width: 800, height: 600 }, reducedMotion: 'reduce' } as const;

export const buttonsOnly = { conditionalGet: false, conditionalCreate: false };

export function claimCapabilities(claimed: Record<string, boolean>): void {
  if (!('PublicKeyCredential' in window)) return;
  const container = PublicKeyCredential as unknown as {
    getClientCapabilities(): Promise<Record<string, boolean>>;
  };
  const real = container.getClientCapabilities.bind(PublicKeyCredential);
  container.getClientCapabilities = async () => ({ ...(await real()), ...claimed });
}
