/**
 * Bad input that a database could take otherwise than another: PostgreSQL stores no NUL, and bounds what an index holds. Other
 * bad input is in test/application/bad-input.
 */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { person, startApp, type TestApp } from '../../support/app.ts';
import { refused } from '../../support/refusals.ts';
import { formType, signedInCookie } from '../../support/request.ts';

let running: TestApp;
let cookie: string;
beforeAll(async () => {
  running = await startApp();
  cookie = await signedInCookie(running);
});
afterAll(() => running.close());

const id = 'AAAAAAAAAAAAAAAAAAAAAA';
const long = 'A'.repeat(8_000);

describe('a form', () => {
  it.each([
    ['a NUL in an email', paths.login, `email=ada%00%40example.com&password=${person.password}`, 422],
    ['a NUL for a password', paths.login, `email=${person.email}&password=%00`, 422],
    ['a long email', paths.login, `email=${long}%40example.com&password=x`, 422],
    ['a long password', paths.login, `email=${person.email}&password=${long}`, 422],
    ['a NUL after the password', paths.reauth, `password=${person.password}%00`, 422],
    ['a NUL for an id', paths.renamePasskey('\0'), 'name=After', 404],
    ['a NUL after an id', paths.renamePasskey(`${id}\0`), 'name=After', 404],
    ['a long id', paths.renamePasskey(long), 'name=After', 404],
    ['a NUL for an id to delete', paths.deletePasskey('\0'), '', 404],
    ['a long id to delete', paths.deletePasskey(long), '', 404],
  ])('is refused with %s', async (_, path, body, status) => {
    await refused(running, path, { headers: { ...formType, Cookie: cookie }, body }, status);
  });
});
