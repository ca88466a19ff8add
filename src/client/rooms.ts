/** The row of links to the pages of an account, where it is too long for the screen. */

/** Shows the link of the page that one is on. */
export function rooms(row: HTMLElement): void {
  row.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
