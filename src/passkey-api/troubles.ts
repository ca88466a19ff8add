/**
 * A bad day, on demand: the API answers never, or with nothing. For development alone, so that a learner sees what their
 * app does then. Knows no route.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Answers a request in place of the API, or leaves it to it, at once or later, by answering false. */
export type Trouble = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/** By the word that a learner types. */
export const troubles = {
  hang: () => true,
  // Without a length, which is what the SDK takes for success.
  empty(_: IncomingMessage, response: ServerResponse) {
    response.writeHead(500, { 'content-type': 'application/json; charset=UTF-8' });
    response.write('');
    response.end();
    return true;
  },
  well: () => false,
} satisfies Record<string, Trouble>;

/** @returns the listener, and what makes trouble from now on */
export function troubled(listener: RequestListener) {
  let trouble: Trouble = troubles.well;
  return {
    listener: (async (request, response) => {
      if (!(await trouble(request, response))) listener(request, response);
    }) satisfies RequestListener,
    make(chosen: Trouble): void {
      trouble = chosen;
    },
  };
}
