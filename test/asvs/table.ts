/** The tables of docs/security/asvs.md. */
import { chapters, requirements } from './chapters/index.ts';
import type { Requirement } from './requirement.ts';
import { taggedTests } from './tags.ts';

/** How many requirements of each level apply, and how many of them are not met as they stand. */
export function levelsTable(): string {
  const rows = ([1, 2] as const).map((level) => {
    const all = Object.values(requirements).filter((requirement) => requirement.level === level);
    const applying = all.filter(({ outside }) => outside === null);
    const deviating = applying.filter(({ deviation }) => deviation !== null);
    return [String(level), all.length, applying.length, applying.length - deviating.length, deviating.length];
  });
  return tableOf(['level', 'requirements', 'apply', 'met', 'deviations'], rows);
}

export function deviationsTable(): string {
  const rows = Object.entries(requirements)
    .filter(([, { deviation }]) => deviation !== null)
    .map(([number, { level, asks, deviation, places }]) => [
      number,
      level,
      asks,
      deviation ?? '',
      linksTo(places),
    ]);
  return tableOf(['number', 'level', 'asks for', 'what is done instead, and why', 'where'], rows);
}

/** One table for each chapter. */
export function requirementsTables(): string {
  const tests = taggedTests();
  return Object.entries(chapters)
    .map(([chapter, ofChapter]) => {
      const rows = Object.entries(ofChapter).map(([number, requirement]) => [
        number,
        requirement.level,
        requirement.asks,
        shownBy(requirement, tests.get(number) ?? []),
      ]);
      return `### ${chapter}\n\n${tableOf(['number', 'level', 'asks for', 'shown by'], rows)}`;
    })
    .join('\n\n');
}

function shownBy({ outside, deviation, places }: Requirement, tests: string[]): string {
  if (outside !== null) return `does not apply: ${outside}`;
  const shown = [deviation === null ? '' : '[a deviation](#deviations)', linksTo([...places, ...tests])];
  return shown.filter(Boolean).join(', ');
}

function linksTo(places: readonly string[]): string {
  return places.map((place) => `[${nameOf(place)}](${fromDocuments(place)})`).join(', ');
}

/** What somebody looks for: the name of a file, or the part of a document. */
function nameOf(place: string): string {
  return place.split('/').at(-1) ?? place;
}

function fromDocuments(place: string): string {
  return place.startsWith('docs/security/') ? place.slice('docs/security/'.length) : `../../${place}`;
}

export function tableOf(heads: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}
