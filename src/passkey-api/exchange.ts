/** A request to the API and its answer, however they travel. Knows no route, no server and no database. */

export type ApiRequest = {
  /** In capitals. */
  method: string;
  /** As it was sent; nothing in it is decoded. */
  path: string;
  /** As it was sent, without the question mark; `''` when there is none. */
  query: string;
  /** Scheme and host by which the client calls this API. */
  origin: string;
  /** By their names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Where it comes from, as limits count it. */
  address: string;
  /**
   * The body, `''` when there is none.
   *
   * @throws {Problem} 413 when it is too large, 400 when it breaks off
   */
  text(): Promise<string>;
};

export type ApiAnswer = {
  status: number;
  headers: Record<string, string>;
  /** `''` for none. */
  body: string;
};

/** @param name in lower case. @returns the value that was sent; `''` when none was */
export function headerOf({ headers }: ApiRequest, name: string): string {
  return String(headers[name] ?? '');
}

/** The answer to a change or a removal. */
export const noContent: ApiAnswer = { status: 204, headers: {}, body: '' };

/** JSON as the contract writes it: one trailing newline, and no markup in it. */
export function json(body: unknown, headers: Record<string, string> = {}, status = 200): ApiAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
    body: `${markupEscaped(JSON.stringify(body))}\n`,
  };
}

/** The same JSON without any sign that HTML could take for markup, or JavaScript for the end of a line. */
export function markupEscaped(text: string): string {
  return text.replace(/[<>&\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
