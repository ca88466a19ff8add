import { describe, expect, it } from 'vitest';
import { type PasskeyApiSettings, parsePasskeyApiSettings } from './settings.ts';

const tenantId = '4a1c5a3e-6f0c-4d0f-9a52-0f1d3f0a9b11';
const given: PasskeyApiSettings = {
  tenantId,
  apiKey: 'a key of these tests',
  relyingParty: { id: 'app.example.com', name: 'Test', origins: ['https://app.example.com'] },
  secretKeys: ['a secret of these tests'],
};

describe('the settings of the passkey API', () => {
  it.each([
    ['capital letters', tenantId.toUpperCase()],
    ['braces', `{${tenantId}}`],
    ['no hyphens', tenantId.replaceAll('-', '')],
    ['a line end', `${tenantId}\n`],
  ])('name one tenant, also in %s', (_, spelling) => {
    expect(parsePasskeyApiSettings({ ...given, tenantId: spelling }).tenantId).toBe(tenantId);
  });

  it('are compared as browsers send them', () => {
    const origins = ['HTTPS://APP.Example.COM/', 'https://app.example.com:443', 'android:apk-key-hash:AbC'];
    const settings = parsePasskeyApiSettings({
      ...given,
      apiKey: 'a key of these tests\r\n',
      relyingParty: { id: 'APP.B\u00fccher.Example', name: 'Test', origins },
    });
    expect(settings).toEqual({
      ...given,
      relyingParty: {
        id: 'app.xn--bcher-kva.example',
        name: 'Test',
        origins: ['https://app.example.com', 'https://app.example.com', 'android:apk-key-hash:AbC'],
      },
      timeout: 300_000,
      userVerification: 'preferred',
    });
  });

  it.each([
    ['tenantId', { tenantId: 'my-tenant' }],
    ['apiKey', { apiKey: '' }],
    ['apiKey', { apiKey: ' '.repeat(40) }],
    ['secretKeys', { secretKeys: [] }],
    ['secretKeys.0', { secretKeys: [''] }],
    ['secretKeys.1', { secretKeys: ['a secret of these tests', 'sesame'] }],
    ['relyingParty.id', { relyingParty: { ...given.relyingParty, id: 'https://app.example.com' } }],
    ['relyingParty.id', { relyingParty: { ...given.relyingParty, id: 'app.example.com/path' } }],
    ['relyingParty.origins', { relyingParty: { ...given.relyingParty, origins: [] } }],
    ['relyingParty.origins.0', { relyingParty: { ...given.relyingParty, origins: ['app.example.com'] } }],
    ['relyingParty.origins.0', { relyingParty: { ...given.relyingParty, origins: ['https://a.example/b'] } }],
    ['timeout', { timeout: Number.NaN }],
  ])('are refused by name, and without their values: %s', (name, wrong) => {
    const parse = () => parsePasskeyApiSettings({ ...given, ...wrong });
    expect(parse).toThrow(`The passkey API cannot use its settings: ${name}: `);
    expect(parse).not.toThrow(/sesame|my-tenant/);
  });
});
