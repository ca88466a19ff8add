import { expect, it } from 'vitest';
import { demo } from './demo-account.ts';
import { passwordProblem } from './password-rules.ts';

it('the password of the demo account is one that the rules take', async () => {
  expect(await passwordProblem(demo.password, { email: demo.email, host: 'localhost' })).toBeNull();
});
