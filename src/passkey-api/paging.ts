/**
 * The `Link` header of a list (RFC 8288), as a Hanko server forms it (its `pagination` package), in its order: first, last,
 * next, prev. Knows URLs and no rows.
 */

export type Position = { page: number; perPage: number; total: number };

/**
 * @param url scheme, host and path of the list
 * @param query what the list was asked with; its page is replaced
 */
export function linkHeader(
  url: string,
  query: Record<string, string>,
  { page, perPage, total }: Position,
): string {
  const last = Math.max(1, Math.ceil(total / perPage));
  const links: string[] = [];
  const add = (rel: string, target: number) =>
    links.push(`<${url}?${queryOf(query, target, perPage)}>; rel="${rel}"`);
  if (page > 1 || page === last) add('first', 1);
  // Past the end as well.
  if (page !== last) add('last', last);
  if (page < last) add('next', page + 1);
  if (page > 1) add('prev', page - 1);
  return links.join(',');
}

function queryOf(query: Record<string, string>, page: number, perPage: number): string {
  const parameters = new URLSearchParams({ ...query, page: String(page), per_page: String(perPage) });
  parameters.sort();
  return parameters.toString();
}
