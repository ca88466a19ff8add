import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Brand, brand, type Colours } from './brand.ts';
import { brandFaults, brandStyles, inBrandColours } from './brand-rules.ts';
import { contrast } from './contrast.ts';

const stylesheet = readFileSync(path.resolve(import.meta.dirname, '../public/styles.css'), 'utf8');
const faultsOf = (changed: Partial<Brand>) => brandFaults({ ...brand, ...changed }, stylesheet);
const withColours = (scheme: 'light' | 'dark', changed: Partial<Colours>) =>
  faultsOf({ colours: { ...brand.colours, [scheme]: { ...brand.colours[scheme], ...changed } } });

describe('the contrast of two colours', () => {
  it.each([
    ['#000000', '#fff', 21],
    ['#fff', '#000', 21],
    ['#777777', '#ffffff', 4.47],
    ['#abc', '#aabbcc', 1],
  ])('%s on %s', (one, other, ratio) => expect(contrast(one, other)).toBeCloseTo(ratio, 1));
});

describe('[WCAG 2.2 1.4.3, 1.4.11] the brand', () => {
  it('can be read, as it is', () => {
    expect(brandFaults(brand, stylesheet)).toEqual([]);
  });

  it('is refused with a sentence for each two colours that are too near', () => {
    expect(withColours('light', { accent: '#777777', accentHover: '#000000' })).toEqual([
      'colours.light: --accent (#777777) on --card (#fff) has a contrast of 4.47:1, and needs 4.5:1. Make --accent darker, or the other lighter',
      expect.stringMatching(/^colours\.light: --accent \(#777777\) on --paper /),
      expect.stringMatching(/^colours\.light: --accent \(#777777\) on --tint /),
      expect.stringMatching(/^colours\.light: --accent \(#777777\) on --good /),
      expect.stringMatching(/^colours\.light: --accent-ink \(#ffffff\) on --accent \(#777777\) /),
    ]);
    expect(withColours('dark', { accent: '#33665c' })[0]).toMatch(
      /^colours\.dark: --accent \(#33665c\) on --card \(#1b2120\) .*Make --accent lighter, or the other darker$/,
    );
    expect(withColours('dark', { accentHover: '#08231f' })).toEqual([
      expect.stringMatching(
        /^colours\.dark: --accent-ink \(#08231f\) on --accent-hover \(#08231f\) .* 1\.00:1/,
      ),
    ]);
    expect(withColours('light', { tint: '#0f5c53' }).length).toBeGreaterThan(2);
  });

  it.each(['teal', '#0f5', '0f5c53', '#0f5c5', '#0f5c53;}body{', ''])('has no colour %j', (accent) => {
    expect(withColours('light', { accent })).toEqual(['colours.light.accent must be written as #rrggbb']);
  });

  it.each(['', ' Acme', 'Acme ', 'Ac\nme', 'Acme "Best"', 'Acme <x>', 'A'.repeat(51), 'Ac\u202eme'])(
    'has no name %j',
    (name) => expect(faultsOf({ name })).toEqual([expect.stringMatching(/^name must be one line/)]),
  );

  it.each(['A', 'Acme', 'Acme, Inc.', "O'Neil & Söhne", '株式会社アクメ'])('may be called %s', (name) => {
    expect(faultsOf({ name })).toEqual([]);
  });

  it.each(['', 'Acme', '2acme', 'ac me', 'acme;', 'acme_x', 'a'.repeat(32)])('has no slug %j', (slug) => {
    expect(faultsOf({ slug })).toEqual([expect.stringMatching(/^slug must be small letters/)]);
  });

  it('can be written to at one address, or not at all', () => {
    expect(faultsOf({ support: 'help@acme.example' })).toEqual([]);
    for (const support of ['', 'help', 'https://acme.example/help'])
      expect(faultsOf({ support })).toEqual(['support must be an email address, or null']);
  });

  it('needs a stylesheet that has the grounds', () => {
    expect(brandFaults(brand, stylesheet.replaceAll('--card:', '--board:'))).toEqual(
      expect.arrayContaining(['public/styles.css must have --accent and --card as #rrggbb']),
    );
  });
});

it('the colours reach the stylesheet, by scheme', () => {
  const styles = brandStyles(brand);
  const [light = '', dark = ''] = styles.split('@media screen and (prefers-color-scheme:dark)');
  expect(light).toContain(`--accent:${brand.colours.light.accent};`);
  expect(dark).toContain(`--accent-ink:${brand.colours.dark.accentInk};`);
});

it('a drawing outside of pages has the colours themselves, and keeps what is not ours', () => {
  const drawing = '<svg fill="var(--accent-ink)" stroke="var(--other)" color="#123456"/>';
  const ink = brand.colours.light.accentInk;
  expect(inBrandColours(drawing, brand)).toBe(`<svg fill="${ink}" stroke="var(--other)" color="#123456"/>`);
});
