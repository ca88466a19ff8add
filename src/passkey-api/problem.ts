/** The error answers of the contract: a status, a title and details. Knows no HTTP framework and no database. */

/** Thrown wherever a request is refused on purpose; everything else that is thrown is a fault. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly details: string;
  /** What the answer carries besides. */
  readonly headers: Record<string, string>;

  constructor(status: number, title: string, details = '', headers: Record<string, string> = {}) {
    super(title);
    this.name = 'Problem';
    this.status = status;
    this.title = title;
    this.details = details;
    this.headers = headers;
  }
}

/** The body could not be read as what the route expects. */
export function unprocessable(details: string): Problem {
  return new Problem(400, 'unable to process request', details);
}

/** The body was read, and one or more of its values break a rule. */
export function invalid(rules: readonly string[]): Problem {
  return new Problem(400, 'unable to validate request', rules.join(' and '));
}
