/** The messages of both ceremonies, as a real browser and step 4 exchange them. */
import type { Page } from 'playwright-core';
import type { Trouble } from '../../src/passkey-api/troubles.ts';
import { contractOfTheGuide } from './attack/contract.ts';
import type { RehearsalApi } from './attack/rehearsal-api.ts';

type Answer = { response: { clientDataJSON: string } };
type Messages = Record<string, unknown>;

/** @returns the messages by the names of their files in docs/guide/ceremony */
export async function exchanged(page: Page, api: RehearsalApi): Promise<Messages> {
  const { ada } = contractOfTheGuide;
  await page.goto('/login');
  await page.getByLabel('Email').fill(ada.email);
  await page.getByLabel('Password').fill(ada.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const creating = await ceremony(page, api, 'create', 'Create a passkey');
  await page.getByText('Passkey created.').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  const signingIn = await ceremony(page, api, 'sign-in', 'Sign in with a passkey');
  await page.getByText('Signed in as').waitFor();
  return { ...creating, ...signingIn };
}

async function ceremony(page: Page, api: RehearsalApi, name: string, button: string): Promise<Messages> {
  const { token, hear } = hearing();
  const start = page.waitForResponse((response) => response.url().endsWith(`/passkeys/${name}/start`));
  const finish = page.waitForRequest((request) => request.url().endsWith(`/passkeys/${name}/finish`));
  return api.during(hear, async () => {
    // Pressed before the script is there, it does nothing.
    await page.getByRole('button', { name: button }).waitFor();
    await page.waitForLoadState();
    await page.getByRole('button', { name: button }).click();
    const answer: Answer = (await finish).postDataJSON();
    return {
      [`${name}-2-options`]: await (await start).json(),
      [`${name}-3-answer`]: answer,
      [`${name}-3-client-data`]: decoded(answer.response.clientDataJSON),
      [`${name}-4-token`]: decoded((await token).split('.')[1] ?? ''),
    };
  });
}

const decoded = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString());

/** Nothing is wrong with the API; the token that it answers a finish with is heard. */
function hearing() {
  const { promise: token, resolve } = withResolvers<string>();
  const hear: Trouble = ({ url = '' }, response) => {
    const end = response.end.bind(response);
    if (url.endsWith('/finalize'))
      response.end = ((body: string) => {
        resolve(JSON.parse(body).token);
        return end(body);
      }) as typeof response.end;
    return false;
  };
  return { token, hear };
}

function withResolvers<Value>() {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
