/** Whatever passed through the application in a walk and must not be in its log, by what it is. Knows no walk. */

export const secrets = new Map<string, string>();

export function keep(what: string, value: unknown): void {
  if (typeof value === 'string' && value.length > 7) secrets.set(`${what} #${secrets.size}`, value);
}

/** Notes the values of the cookies that an answer sets, but for the two that hold a word which identifies nobody. */
export function keepCookies({ headers }: { headers: Record<string, string | string[] | undefined> }): void {
  for (const line of headers['set-cookie'] ?? []) {
    const [name, value] = line.split(';')[0]?.split('=') ?? [];
    if (!/-(last_method|local_passkey)$/.test(name ?? '')) keep('a cookie', value);
  }
}

/** Notes every text in an answer of an authenticator, or in options, except the public id of the credential. */
export function keepTexts(what: string, value: unknown): void {
  if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) keepTexts(what, inner);
  else if (String(value).length > 30) keep(what, value);
}
