/** Where the sentences are that people read: in pages, templates and files of words, and never among what routes do. */
import { describe, expect, it } from 'vitest';
import { sourcesOf, withoutComments } from '../support/sources.ts';

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

function sentencesIn(code: string): string[] {
  const text = forNobody.reduce((rest, pattern) => rest.replaceAll(pattern, ''), withoutComments(code));
  return [...text.matchAll(literal)].flatMap(([, single, double, template]) => {
    if (template === undefined) return [single ?? double ?? ''].filter(isRead);
    const holes = [...template.matchAll(/\$\{([^}]*)\}/g)].flatMap(([, hole = '']) => sentencesIn(hole));
    return [template.replaceAll(/\$\{[^}]*\}/g, ' … ')].filter(isRead).concat(holes);
  });
}

const routes = sourcesOf('src/web', '.ts').filter(({ text }) => /^export function \w+Routes\(/m.test(text));

describe('a sentence that people read', () => {
  it('stands in no file of routes', () => {
    expect(routes.length).toBeGreaterThan(20);
    const found = routes.flatMap(({ file, text }) => sentencesIn(text).map((one) => `${file}: ${one}`));
    expect(found).toEqual([]);
  });

  it.each([
    ["leave(ctx, 'flash', 'Passkey deleted.');", 'Passkey deleted.'],
    [`back(ctx, \`Renamed to \${name}.\`);`, 'Renamed to  … .'],
    [`say(\`\${count === 1 ? 'It is gone' : ''}\`)`, 'It is gone'],
    ['const title = "Sign in";', 'Sign in'],
    ["ctx.render(page({ button: 'Save' }));", 'Save'],
    ["throw new AppError('not_found', 'Gone.', { reason: 'no session of theirs' });", 'Gone.'],
  ])('is seen where it stands: %s', (code, sentence) => {
    expect(sentencesIn(code)).toContain(sentence);
  });

  it.each([
    "ctx.set('Content-Disposition', 'attachment; filename=\"a b.csv\"');",
    "// We say 'so it is' here.\nawait next();",
    "const { reason = 'sign-in' } = error; seeOther(ctx, '/login');",
    "import { a } from './Some words.ts';",
  ])('is not seen where there is none: %s', (code) => {
    expect(sentencesIn(code)).toEqual([]);
  });
});
