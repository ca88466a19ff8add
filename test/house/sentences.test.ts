/** Where the sentences are that people read: in pages, templates and files of words, and never among what routes do. */
import { describe, expect, it } from 'vitest';
import { sourcesOf } from '../support/sources.ts';
import { readIn } from '../words/read.ts';

const routes = sourcesOf('src/web', '.ts').filter(({ text }) => /^export function \w+Routes\(/m.test(text));

describe('a sentence that people read', () => {
  it('stands in no file of routes', () => {
    expect(routes.length).toBeGreaterThan(20);
    const found = routes.flatMap(({ file, text }) => readIn(text).map((one) => `${file}: ${one}`));
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
    expect(readIn(code)).toContain(sentence);
  });

  it.each([
    "ctx.set('Content-Disposition', 'attachment; filename=\"a b.csv\"');",
    "// We say 'so it is' here.\nawait next();",
    "const { reason = 'sign-in' } = error; seeOther(ctx, '/login');",
    "import { a } from './Some words.ts';",
  ])('is not seen where there is none: %s', (code) => {
    expect(readIn(code)).toEqual([]);
  });
});
