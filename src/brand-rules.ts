/**
 * What a brand must be like, and how its colours reach the stylesheet. For the build, which refuses what would break
 * later or could not be read; the application itself takes the brand as it is.
 */
import { emailAddress } from './accounts/email-address.ts';
import type { Brand, Colours } from './brand.ts';
import { contrast, luminance } from './contrast.ts';

const schemes = ['light', 'dark'] as const;
type Scheme = (typeof schemes)[number];

/** Colours by their names in the stylesheet, without the dashes in front. */
type Tokens = Record<string, string>;

/** What stands on what, and how far apart the two must be (WCAG 2.2, 1.4.3 and 1.4.11). */
const pairs: readonly [upper: string, lower: readonly string[], atLeast: number][] = [
  ['accent', ['card', 'paper', 'tint', 'good'], 4.5],
  ['accent-ink', ['accent', 'accent-hover'], 4.5],
  ['ink', ['tint'], 4.5],
  ['soft', ['tint'], 4.5],
  ['bad', ['tint'], 4.5],
  ['edge', ['tint'], 3],
];

/** The tokens of the brand, for the stylesheet to import. */
export function brandStyles({ colours }: Brand): string {
  const rules = (scheme: Scheme) =>
    Object.entries(tokensOf(colours[scheme])).map(([name, colour]) => `--${name}:${colour};`);
  return `:root{${rules('light').join('')}}@media screen and (prefers-color-scheme:dark){:root{${rules('dark').join('')}}}`;
}

/** A drawing that is no part of a page, and knows no tokens: it gets the colours of the light scheme. */
export function inBrandColours(drawing: string, { colours }: Brand): string {
  const tokens = tokensOf(colours.light);
  return drawing.replaceAll(/var\(--([\w-]+)\)/g, (whole, name: string) => tokens[name] ?? whole);
}

/**
 * @param stylesheet the text of public/styles.css, whose other tokens the brand must go with
 * @returns a sentence for each thing that is wrong, with what to do
 */
export function brandFaults(brand: Brand, stylesheet: string): string[] {
  const { name, slug, support, colours } = brand;
  const faults: string[] = [];
  if (!/^(?! )[^\p{C}"\\<>]{1,50}(?<! )$/u.test(name))
    faults.push('name must be one line of at most 50 characters, without " \\ < > and spaces around it');
  if (!/^[a-z][a-z\d-]{0,30}$/.test(slug))
    faults.push('slug must be small letters, digits and hyphens, and begin with a letter');
  if (support !== null && !emailAddress.safeParse(support).success)
    faults.push('support must be an email address, or null');
  for (const scheme of schemes) {
    const unclear = Object.entries(colours[scheme]).filter(([, colour]) => !/^#[\da-f]{6}$/i.test(colour));
    if (unclear.length === 0) faults.push(...unreadable(scheme, colours[scheme], stylesheet));
    for (const [token] of unclear) faults.push(`colours.${scheme}.${token} must be written as #rrggbb`);
  }
  return faults;
}

function unreadable(scheme: Scheme, colours: Colours, stylesheet: string): string[] {
  const tokens = { ...groundsOf(stylesheet, scheme), ...tokensOf(colours) };
  return pairs.flatMap(([upper, grounds, atLeast]) =>
    grounds.flatMap((lower) => {
      const [above, below] = [tokens[upper], tokens[lower]];
      if (!above || !below) return [`public/styles.css must have --${upper} and --${lower} as #rrggbb`];
      const ratio = contrast(above, below);
      if (ratio >= atLeast) return [];
      const [way, other] =
        luminance(above) < luminance(below) ? ['darker', 'lighter'] : ['lighter', 'darker'];
      return [
        `colours.${scheme}: --${upper} (${above}) on --${lower} (${below}) has a contrast of ${rounded(ratio)}:1, and needs ${atLeast}:1. Make --${upper} ${way}, or the other ${other}`,
      ];
    }),
  );
}

/** Never up to the limit that it does not reach. */
function rounded(ratio: number): string {
  return (Math.floor(ratio * 100) / 100).toFixed(2);
}

/** Those of the light scheme come first in the file, and hold in the dark where it has no others. */
function groundsOf(stylesheet: string, scheme: Scheme): Tokens {
  const [light = '', dark = ''] = stylesheet.split('prefers-color-scheme: dark');
  const declared = scheme === 'light' ? [light] : [light, dark];
  return Object.fromEntries(
    declared.flatMap((text) =>
      [...text.matchAll(/--([\w-]+): (#[\da-f]{3}(?:[\da-f]{3})?);/gi)].map(([, name = '', colour = '']) => [
        name,
        colour,
      ]),
    ),
  );
}

function tokensOf({ accent, accentInk, accentHover, tint }: Colours): Tokens {
  return { accent, 'accent-ink': accentInk, 'accent-hover': accentHover, tint };
}
