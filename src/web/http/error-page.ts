/** The pages for 403, 404, 405, 409, 413, 415, 422, 429, 500 and 503. */
import { paths } from '../../paths.ts';
import type { Page } from './views.ts';

const headings: Record<number, string> = {
  403: 'That is not possible',
  404: 'Page not found',
  405: 'Not this way',
  409: 'Not like this',
  413: 'Too large',
  429: 'One moment',
  500: 'Something went wrong',
  503: 'Not available right now',
};

/** @param requestId shown for a 500, so that a person and the log speak of the same thing */
export function errorPage(status: number, sentence: string, requestId: string): Page {
  const heading = headings[status] ?? 'That did not work';
  return {
    template: 'error',
    title: heading,
    data: { heading, sentence, reference: status === 500 ? requestId : '', home: paths.home },
  };
}
