/**
 * What a module's code has that people may read: every literal with two words, or with one that begins and ends as a label
 * does. Must not know how docs/words.md is made, which is checked with it.
 */
import { withoutComments } from '../support/sources.ts';

/** Texts for programs and for the log: headers, types, reasons, faults of ours. */
const forNobody = [
  /ctx\.(set|get|remove)\([^)]*\)/g,
  /ctx\.(type|is)\b[^;]*;/g,
  /\breason(: |\s*=\s*)[^;,}]*/g,
  /\bnew Error\([^)]*\)/g,
  /^import [^;]*;/gm,
  /'not ready'/g,
];
const literal = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;
/** Two words with a space between them, or one that begins as a label or a sentence does. */
const isRead = (text: string) =>
  /\p{L}[,.;:!?’”]?\s+[“‘]?\p{L}/u.test(text) || /^\p{Lu}\p{Ll}+[.!?…]?$/u.test(text);

/** @returns the texts, with ' … ' for what is filled in, and apart what is said in there */
export function readIn(code: string): string[] {
  const text = forNobody.reduce((rest, pattern) => rest.replaceAll(pattern, ''), withoutComments(code));
  return [...text.matchAll(literal)].flatMap(([, single, double, template]) => {
    if (template === undefined) return [single ?? double ?? ''].filter(isRead);
    const holes = [...template.matchAll(/\$\{([^}]*)\}/g)].flatMap(([, hole = '']) => readIn(hole));
    return [template.replaceAll(/\$\{[^}]*\}/g, ' … ')].filter(isRead).concat(holes);
  });
}
