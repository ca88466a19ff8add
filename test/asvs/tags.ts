/** Which tests say that they show a requirement: by `[ASVS 7.2.4]`, or `[ASVS 7.2.4, 7.4.1]`, in their names. */
import { type Source, testsOf, withoutComments } from '../support/sources.ts';

/** The test files that show each requirement, by its number; files in the order of their names. */
export function taggedTests(): Map<string, string[]> {
  const tests = [...testsOf('src'), ...testsOf('test')].sort((one, other) =>
    one.file < other.file ? -1 : 1,
  );
  const tagged = new Map<string, string[]>();
  for (const test of tests)
    for (const number of new Set(numbersIn(test)))
      tagged.set(number, [...(tagged.get(number) ?? []), test.file]);
  return tagged;
}

/** A name begins with it: what a comment or another text says of a requirement is no test of it. */
function numbersIn({ text }: Source): string[] {
  return [...withoutComments(text).matchAll(/['"`]\[ASVS ([^\]]*)\]/g)].flatMap(([, numbers = '']) =>
    numbers.split(', '),
  );
}
