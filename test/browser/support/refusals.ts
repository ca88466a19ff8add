/** What a browser, a person or a network may do to a ceremony, played at the edge of the page. */
import type { Page, Route } from 'playwright-core';

type Method = 'get' | 'create';

/**
 * From now on `navigator.credentials[method]` rejects as a browser does, with the given name.
 *
 * @param after milliseconds
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
          await new Promise((resolve) => setTimeout(resolve, after));
          const message = `${name}: the operation was not allowed, see https://www.w3.org/TR/webauthn`;
          throw name === 'TypeError' ? new TypeError(message) : new DOMException(message, name);
        },
      });
    },
    [method, name, after, times] as const,
  );
}

/** From now on the finish is answered with this problem instead of by the application. */
export async function finishIsRefused(
  page: Page,
  url: string,
  problem: { status: number; code: string; times?: number },
): Promise<void> {
  await page.unroute(`**${url}`);
  let left = problem.times ?? Infinity;
  await page.route(`**${url}`, async (route) => {
    if (!isFinish(route) || left-- <= 0) return route.continue();
    await route.fulfill({
      status: problem.status,
      headers: { 'Retry-After': '7' },
      contentType: 'application/problem+json',
      body: JSON.stringify({ title: 'A title of the server_side', ...problem }),
    });
  });
}

/** The next start says something else than the application did. */
export async function startIsChanged(
  page: Page,
  url: string,
  change: (answer: Start) => void,
): Promise<void> {
  await page.route(
    `**${url}`,
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
