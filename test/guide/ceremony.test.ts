/** The ceremony of chapter 1 fits together, and is explained. That it is like a new one, steps.test.ts says. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { directory, read } from './ceremony.ts';
import { guide } from './cutting.ts';

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
