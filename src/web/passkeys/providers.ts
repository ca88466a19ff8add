/**
 * Who keeps passkeys, and how each is drawn: the build makes the icon files of this table, and `provider-icons.ts` finds
 * them for a passkey. Knows no file and no passkey.
 */
import { brand } from '../../brand.ts';

type Provider = {
  /** Those of the public list of authenticator models, by name. */
  models: RegExp;
  /** In the set Simple Icons; without it our own drawing in public/icons. */
  brand?: string;
  /** The brand's colour, changed only where it could not be seen on a light or dark page. */
  light: string;
  dark: string;
};

const own = { light: brand.colours.light.accent, dark: brand.colours.dark.accent };

/** The first one that knows a model has it. */
const providers = {
  icloud: {
    models: /^(Apple Passwords|iCloud Keychain)/,
    brand: 'icloud',
    light: '#2a7ad4',
    dark: '#3693f3',
  },
  google: { models: /^Google Password Manager$/, brand: 'google', light: '#3b78e0', dark: '#4f8ff7' },
  chrome: { models: /^Chrome on Mac$/, brand: 'googlechrome', light: '#3b78e0', dark: '#4f8ff7' },
  '1password': { models: /^1Password$/, brand: '1password', light: '#145fe4', dark: '#6a9df6' },
  bitwarden: { models: /^Bitwarden$/, brand: 'bitwarden', light: '#175ddc', dark: '#6a9bf4' },
  dashlane: { models: /^Dashlane$/, brand: 'dashlane', light: '#0e353d', dark: '#cfe0e2' },
  keeper: { models: /^Keeper$/, brand: 'keeper', light: '#8a6700', dark: '#ffc700' },
  lastpass: { models: /^LastPass$/, brand: 'lastpass', light: '#d32d27', dark: '#f2746e' },
  proton: { models: /^Proton Pass$/, brand: 'proton', light: '#6d4aff', dark: '#a48dff' },
  keepassxc: { models: /^KeePassXC$/, brand: 'keepassxc', light: '#4b7d34', dark: '#7dbd5e' },
  enpass: { models: /^Enpass$/, brand: 'enpass', light: '#0d47a1', dark: '#86aeee' },
  yubico: { models: /^YubiKey |\bby Yubico\b/, brand: 'yubico', light: '#557a00', dark: '#95ce12' },
  computer: { models: /^(Windows Hello|Edge on Mac)$/, ...own },
  phone: { models: /^Samsung Pass$/, ...own },
  'security-key': {
    models: /\bKey\b|^(Nitrokey|OnlyKey|Solo|Feitian (ePass|iePass|BioPass|AllinOne))\b/,
    ...own,
  },
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;
export type ColourScheme = 'light' | 'dark';

/** What the build calls a provider's icon. */
export function iconFile<Name extends ProviderName, Scheme extends ColourScheme>(name: Name, scheme: Scheme) {
  return `provider-${name}-${scheme}.svg` as const;
}

/** All of them, for loops. */
export const providerEntries = Object.entries(providers) as [ProviderName, Provider][];
