/** The row of links to the pages of an account, where it is too long for the screen. */

/** Shows the link of the page that one is on, and the whole of a link that gets the focus. */
export function rooms(row: HTMLElement): void {
  const show = (link: Element | null) => link?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  show(row.querySelector('[aria-current]'));
  row.addEventListener('focusin', ({ target }) => show(target as Element));
}
