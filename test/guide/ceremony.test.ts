/** The ceremony of chapter 1 is a real one: it has the fields of a new one, and its parts fit together. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { expect, inject, it } from 'vitest';
import { addAuthenticator } from '../support/virtual-authenticator.ts';
import { examples } from './attack/step-directory.ts';
import { exchanged } from './ceremony.ts';
import { guide } from './cutting.ts';
import { withStep } from './support/attacked.ts';
import { travel } from './support/journey.ts';

const directory = path.join(guide, 'ceremony');
/** GUIDE_CAPTURE=1 writes the files anew. */
const capturing = Boolean(process.env.GUIDE_CAPTURE);

/** The app is there, so the journey through step 4 goes on from here. */
it('has the messages of a ceremony', async () => {
  const browser = await chromium.connect(inject('browserEndpoint'));
  const now = await withStep(
    path.join(examples, 'express/4-safe'),
    async (stage) => {
      const page = await browser.newPage({ baseURL: stage.origin });
      await addAuthenticator(page);
      const messages = await exchanged(page, stage.api);
      await travel(browser, stage, 4);
      return messages;
    },
    capturing ? 4000 : undefined,
  );
  await browser.close();
  if (capturing)
    for (const [name, message] of Object.entries(now))
      writeFileSync(path.join(directory, `${name}.json`), `${JSON.stringify(message, null, 2)}\n`);
  const kept = Object.fromEntries(
    readdirSync(directory).map((file) => [path.basename(file, '.json'), read(file)]),
  );
  expect(shape(kept)).toEqual(shape(now));
});

it('is one ceremony: what is answered is what was asked', () => {
  for (const name of ['create', 'sign-in']) {
    const [options, answer, clientData, token] = ['2-options', '3-answer', '3-client-data', '4-token'].map(
      (part) => read(`${name}-${part}.json`),
    );
    expect(clientData.challenge).toBe(options.publicKey.challenge);
    expect(clientData.origin).toBe('http://localhost:4000');
    expect(JSON.parse(Buffer.from(answer.response.clientDataJSON, 'base64url').toString())).toEqual(
      clientData,
    );
    expect(token.cred).toBe(answer.id);
    expect(token.exp - token.iat).toBe(300);
    const { user } = read('create-2-options.json').publicKey;
    expect(Buffer.from(user.id, 'base64url').toString()).toBe(token.sub);
  }
});

it('has no field that chapter 1 does not explain', () => {
  const text = readFileSync(path.join(guide, '1-four-messages.md'), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
  const explained = new Set([...text.matchAll(/`(\w+)`/g)].map(([, word]) => word));
  const fields = readdirSync(directory).flatMap((file) => fieldsOf(read(file)));
  expect(fields.length).toBeGreaterThan(50);
  expect([...new Set(fields)].filter((field) => !explained.has(field))).toEqual([]);
});

function fieldsOf(value: unknown): string[] {
  if (!value || typeof value !== 'object') return [];
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return [...names, ...Object.values(value).flatMap(fieldsOf)];
}

// biome-ignore lint/suspicious/noExplicitAny: whatever a file of the guide holds is compared, not relied on
const read = (file: string): any => JSON.parse(readFileSync(path.join(directory, file), 'utf8'));

/** What is the same in every ceremony: names and kinds, and every value that is no random one. */
function shape(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => shape(one, key));
  if (value && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value)
        // Chrome adds it now and then.
        .filter(([name]) => name !== 'other_keys_can_be_added_here')
        .map(([name, one]) => [name, shape(one, name)]),
    );
  return random.has(key) ? `${typeof value} of ${key}` : value;
}

const random = new Set([
  ...['challenge', 'id', 'rawId', 'clientDataJSON', 'attestationObject', 'authenticatorData'],
  ...['signature', 'cred', 'iat', 'exp', 'origin'],
]);
