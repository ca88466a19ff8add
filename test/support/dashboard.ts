/** What the dashboard says of one passkey. Knows the page's marks and nothing else. */

/** The passkey's entry in the list. @throws {Error} when it is not there exactly once */
export function entryOf(page: string, id: string): string {
  const [, entry, ...more] = page.split(`<li id="key-${id}"`);
  if (entry === undefined || more.length > 0) throw new Error('this passkey is not listed once');
  return entry.split('</li>')[0] ?? '';
}

/** Its facts, in the order of the page. */
export function factsOf(page: string, id: string): string[] {
  const [, facts = ''] = /<span class="facts">([\s\S]*?)<\/div>/.exec(entryOf(page, id)) ?? [];
  return [...facts.matchAll(/<span>([^<]+)/g)].map(([, fact = '']) => fact);
}

/** The ids of all that are listed. */
export function listedIds(page: string): string[] {
  return [...page.matchAll(/<li id="key-([\w-]+)"/g)].map(([, id = '']) => id);
}
