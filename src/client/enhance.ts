/** From the names that a page's elements carry to what is to be done with them. */

/** Enhances every element whose `data-enhance` names one of these. */
export function enhance(enhancements: Record<string, (element: HTMLElement) => unknown>): void {
  for (const element of document.querySelectorAll<HTMLElement>('[data-enhance]')) {
    enhancements[element.dataset.enhance ?? '']?.(element);
  }
}
