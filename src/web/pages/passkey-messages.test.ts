import { describe, expect, it } from 'vitest';
import { registrationMessages, signInMessages } from './passkey-messages.ts';

describe.each([
  ['sign-in', signInMessages],
  ['registration', registrationMessages],
])('the sentences of a %s', (_, messages) => {
  it('are one for each key, whole, and without words of the machinery', () => {
    expect(new Set(messages.map(({ key }) => key)).size).toBe(messages.length);
    for (const { text } of messages) {
      expect(text).toMatch(/^[A-Z].*[.…]$/);
      expect(text).not.toMatch(/Error\b|DOMException|WebAuthn|undefined|null|credential|[45]\d\d/i);
    }
  });

  it('know the limit of passkeys where one is created, and only there', () => {
    const told = messages.some(({ key }) => key === 'too_many_passkeys');
    expect(told).toBe(messages === registrationMessages);
  });

  it('tell everything that the server may answer a ceremony with', () => {
    const keys = messages.map(({ key }) => key);
    expect(keys).toEqual(
      expect.arrayContaining(['passkey_service_unavailable', 'challenge_expired', 'uv_required']),
    );
    expect(keys).toEqual(
      expect.arrayContaining(['not_verified', 'too_many_requests', 'fault', 'waiting', 'cancelled']),
    );
  });
});
