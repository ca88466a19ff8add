/** The row of links to the pages of an account, where it is too long for the screen. Must not know which pages there are. */

/** Shows the link of the page that one is on, and the whole of a link that gets the focus. */
export function sections(nav: HTMLElement): void {
  const row = nav.firstElementChild as HTMLElement;
  show(row.querySelector('[aria-current]'), row);
  row.addEventListener('focusin', ({ target }) => show(target as Element, row));
}

/** By hand: what the browser itself scrolls into view becomes the place from which the Tab key goes on. */
function show(link: Element | null, row: HTMLElement): void {
  if (!link) return;
  const [seen, wanted] = [row, link].map((one) => one.getBoundingClientRect()) as [DOMRect, DOMRect];
  row.scrollLeft += Math.min(0, wanted.left - seen.left) + Math.max(0, wanted.right - seen.right);
}
