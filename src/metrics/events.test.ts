import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { countEvents } from './events.ts';

it('counts sign-ins by their way, and by what the second step was passed with', async () => {
  const registry = new Registry();
  const tell = countEvents(registry);
  tell('sign_in', { outcome: 'success', method: 'password' });
  tell('sign_in', { outcome: 'success', method: 'password', secondFactor: 'passkey' });
  tell('password_reset', { outcome: 'changed', method: 'email', secondFactor: 'recovery_code' });
  tell('second_factor_failed', { outcome: 'refused', method: 'password' });
  const text = await registry.metrics();
  const lines = text.split('\n').filter((line) => line.startsWith('sign_ins_total'));
  expect(lines).toEqual([
    'sign_ins_total{way="password",outcome="success",second_factor="none"} 1',
    'sign_ins_total{way="password",outcome="success",second_factor="passkey"} 1',
    'sign_ins_total{way="email",outcome="success",second_factor="recovery_code"} 1',
  ]);
  expect(text).toContain('{event="second_factor_failed",outcome="refused"} 1');
});
