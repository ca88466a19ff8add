/** What a browser, a person or a network may do to a ceremony, played at the edge of the page. */
import type { Page, Route } from 'playwright-core';
import { intercept, letThrough } from './interception.ts';
import type { Visit } from './stage.ts';

type Method = 'get' | 'create';

/**
 * From now on `navigator.credentials[method]` rejects as a browser does, with the given name.
 *
 * @param after so many milliseconds by the page's clock, for which nobody has to wait
 * @param times how often; then the real one answers again
 */
export async function browserRefuses(page: Page, method: Method, name: string, after = 0, times = Infinity) {
  await page.evaluate(
    ([method, name, after, times]) => {
      let left = times;
      Object.defineProperty(navigator.credentials, method, {
        configurable: true,
        value: async (options: CredentialCreationOptions) => {
          if (left-- <= 0) return CredentialsContainer.prototype[method].call(navigator.credentials, options);
          const now = performance.now.bind(performance);
          performance.now = () => now() + after;
          const message = `${name}: the operation was not allowed, see https://www.w3.org/TR/webauthn`;
          throw name === 'TypeError' ? new TypeError(message) : new DOMException(message, name);
        },
      });
    },
    [method, name, after, times] as const,
  );
}

/** What the page can say, by the names and codes that it says it of: it has all of it with it, and shows it when it is due. */
export async function carriedWords(page: Page): Promise<Record<string, string>> {
  const all = await page.locator('template[data-message]').evaluateAll((templates) =>
    templates.map((one) => {
      const { content, dataset } = one as HTMLTemplateElement;
      return [dataset.message ?? '', content.textContent?.trim().replace(/\s+/g, ' ') ?? ''] as const;
    }),
  );
  return Object.fromEntries(all);
}

/** From now on no time passes by the page's clock, however busy the machine is. */
export async function answersAtOnce(page: Page): Promise<void> {
  await page.evaluate(() => {
    const now = performance.now();
    performance.now = () => now;
  });
}

/**
 * Every request in the field of pages that are opened from now on is refused, with another name where a test has put one
 * into the tab's `refused`.
 *
 * @param after so many milliseconds by the page's clock, for which nobody has to wait
 */
export async function fieldRefuses({ context }: Visit, name: string, after = 0): Promise<void> {
  await context.addInitScript(
    ([name, after]) => {
      let passed = 1_000;
      performance.now = () => passed;
      const real = CredentialsContainer.prototype.get;
      CredentialsContainer.prototype.get = async (request) => {
        if (request?.mediation !== 'conditional') return real.call(navigator.credentials, request);
        passed += after;
        const refused = sessionStorage.getItem('refused') ?? name;
        throw new DOMException(`${refused}: see https://www.w3.org/TR/webauthn`, refused);
      };
    },
    [name, after] as const,
  );
}

/** From now on a request with this member is never answered, so many times; then it is as before. */
export async function isNeverAnswered(page: Page, url: string, stage: 'start' | 'finish', times = 1) {
  let left = times;
  await intercept(page, url, (route) => {
    const isMeant = isFinish(route) === (stage === 'finish') && left-- > 0;
    return isMeant ? new Promise(() => {}) : route.fallback();
  });
}

/**
 * The browser's window for the next request stays open until the answer of this is called, as by a person who has read
 * it and refuses.
 */
export async function windowStaysOpen(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    Object.defineProperty(navigator.credentials, 'get', {
      configurable: true,
      value: () => new Promise((_, reject) => Object.assign(window, { closeWindow: reject })),
    });
  });
  return () =>
    page.evaluate(() => {
      const now = performance.now.bind(performance);
      performance.now = () => now() + 400;
      const close = Reflect.get(window, 'closeWindow') as (reason: DOMException) => void;
      close(new DOMException('The operation either timed out or was not allowed.', 'NotAllowedError'));
    });
}

/** The person closes the browser's window, so many times; a request in the field is not touched by that. */
export async function modalIsCancelled(page: Page, times = 1): Promise<void> {
  await page.evaluate((times) => {
    let left = times;
    Object.defineProperty(navigator.credentials, 'get', {
      configurable: true,
      value: async (request: CredentialRequestOptions) => {
        const isModal = request.mediation === undefined;
        if (!isModal || left-- <= 0)
          return CredentialsContainer.prototype.get.call(navigator.credentials, request);
        // Sooner, nobody could have read it.
        const now = performance.now.bind(performance);
        performance.now = () => now() + 400;
        throw new DOMException('The operation either timed out or was not allowed.', 'NotAllowedError');
      },
    });
  }, times);
}

type Refusal = {
  status: number;
  code: string;
  times?: number;
  /** Seconds. */
  retryAfter?: string;
  /** What happens before the answer is there. */
  meanwhile?: () => Promise<unknown>;
};

/** From now on the start is answered with this problem instead of by the application. */
export const startIsRefused = (page: Page, url: string, refusal: Refusal) =>
  isRefused(page, url, refusal, (route) => !isFinish(route));

/** From now on the finish is answered with this problem instead of by the application. */
export const finishIsRefused = (page: Page, url: string, refusal: Refusal) =>
  isRefused(page, url, refusal, isFinish);

async function isRefused(
  page: Page,
  url: string,
  { times = Infinity, meanwhile, retryAfter = '7', ...problem }: Refusal,
  isMeant: (route: Route) => boolean,
): Promise<void> {
  await letThrough(page, url);
  let left = times;
  await intercept(page, url, async (route) => {
    if (!isMeant(route) || left-- <= 0) return route.continue();
    await meanwhile?.();
    await route.fulfill({
      status: problem.status,
      headers: { 'Retry-After': retryAfter },
      contentType: 'application/problem+json',
      body: JSON.stringify({ title: 'A title of the server_side', ...problem }),
    });
  });
}

/** The network breaks on the way of the next finish. */
export async function finishIsLost(page: Page, url: string): Promise<void> {
  let left = 1;
  await intercept(page, url, (route) =>
    isFinish(route) && left-- > 0 ? route.abort('internetdisconnected') : route.continue(),
  );
}

/** The next start says something else than the application did. */
export async function startIsChanged(
  page: Page,
  url: string,
  change: (answer: Start) => void,
): Promise<void> {
  await intercept(
    page,
    url,
    async (route) => {
      const response = await route.fetch();
      const answer = await response.json();
      change(answer);
      await route.fulfill({ response, json: answer });
    },
    { times: 1 },
  );
}

type Start = { loginOptions: { publicKey: { challenge: string; timeout: number } }; expiresIn: number };

function isFinish(route: Route): boolean {
  return route.request().postDataJSON().finish === true;
}
