/** One requirement of OWASP ASVS 5.0.0 in our own words, and what is to be said of it here. Knows no tests. */
export type Requirement = {
  level: 1 | 2 | 3;
  /** What it asks for. */
  asks: string;
  /** Where it can be seen besides tests: files of the project, with `#heading` for a part of a document. */
  places: readonly string[];
  /** Why it does not apply; null where it does. */
  outside: string | null;
  /** Why it is not met, and what stands in its place; null where it is. */
  deviation: string | null;
};

/** By number. */
export type Requirements = Readonly<Record<string, Requirement>>;

type Level = Requirement['level'];

/** It applies, and tests or these places show it. */
export function applies(level: Level, asks: string, ...places: string[]): Requirement {
  return { level, asks, places, outside: null, deviation: null };
}

/** It speaks of something that is not here. */
export function outside(level: Level, asks: string, reason: string): Requirement {
  return { level, asks, places: [], outside: reason, deviation: null };
}

/** It applies and is not met as it stands. */
export function deviates(level: Level, asks: string, reason: string, ...places: string[]): Requirement {
  return { level, asks, places, outside: null, deviation: reason };
}
