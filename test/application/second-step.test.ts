import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { turnsOnSecondFactor, usesPasskeyAfterPassword } from '../support/second-factor.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: TestApp;
let owner: Visitor;
let codes: string[];
beforeAll(async () => {
  running = await startApp();
  owner = createVisitor(running);
  codes = await turnsOnSecondFactor(owner);
});
afterAll(() => running.close());

const another = () => createVisitor(running, owner.authenticator);

describe('after the password', () => {
  it('a passkey is asked for, and lets in', async () => {
    expect(codes).toHaveLength(10);
    const visitor = another();
    const answer = await visitor.signIn({ ...person, return_to: paths.sessions });
    expect(answer.headers.location).toBe(`${paths.verifySignIn}?return_to=%2Fsettings%2Fsessions`);
    const page = await visitor.get(answer.headers.location ?? '');
    expect(page.status).toBe(200);
    expect((await visitor.get(paths.dashboard)).status).toBe(303);
    const { status, body } = await usesPasskeyAfterPassword(visitor, running.origin, {
      return_to: paths.sessions,
    });
    expect([status, body]).toEqual([200, { redirect: paths.sessions }]);
    expect((await visitor.get(paths.dashboard)).status).toBe(200);
  });

  it('a recovery code lets in as well', async () => {
    const visitor = another();
    await visitor.signIn();
    const answer = await visitor.postForm(paths.verifySignIn, { code: codes[0] ?? '' });
    expect([answer.status, answer.headers.location]).toEqual([303, paths.dashboard]);
    expect((await visitor.get(paths.dashboard)).status).toBe(200);
  });
});
