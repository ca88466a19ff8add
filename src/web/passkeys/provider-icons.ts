/**
 * The icon of whoever keeps a passkey, by the model of its authenticator. Goes by the AAGUID alone: the name of a
 * passkey is its owner's, and a name must not lend a passkey a sign that it does not have.
 */
import { authenticatorMetadata } from '@passwordless-id/webauthn/dist/esm/authenticatorMetadata.js';
import type { Assets } from '../http/assets.ts';
import { iconFile, providerEntries } from './providers.ts';

/** Addresses of the same icon for light and for dark pages. */
export type ProviderIcon = { light: string; dark: string };

export type ProviderIcons = ReturnType<typeof createProviderIcons>;

/** @returns finds the icon for an AAGUID; null for a model that nobody knows, or one without a sign of its own */
export function createProviderIcons(assets: Assets): (aaguid: string) => ProviderIcon | null {
  const icons = providerEntries.map(([name, { models }]) => ({
    models,
    icon: { light: assets[iconFile(name, 'light')].path, dark: assets[iconFile(name, 'dark')].path },
  }));
  return (aaguid) => {
    const model = authenticatorMetadata[aaguid];
    return (model !== undefined && icons.find(({ models }) => models.test(model))?.icon) || null;
  };
}
