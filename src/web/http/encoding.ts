/** Sends what exists in several encodings. Knows headers; must not know what is sent. */
import type { AppContext } from './context.ts';

export type Encoding = 'br' | 'gzip' | 'identity';

/** The smallest first: a browser that takes several says nothing of size, and the first that it names is often gzip. */
const preferred: readonly Encoding[] = ['br', 'gzip', 'identity'];

/**
 * Answers with the smallest of these that the request takes (RFC 9110, section 12.5.3), and as it is when it takes none.
 *
 * @param bodies at least `identity`
 */
export function sendEncoded(ctx: AppContext, bodies: ReadonlyMap<Encoding, string | Buffer>): void {
  const taken = preferred.find(
    (encoding) => bodies.has(encoding) && ctx.acceptsEncodings(encoding) === encoding,
  );
  const encoding = taken ?? 'identity';
  ctx.vary('Accept-Encoding');
  if (encoding !== 'identity') ctx.set('Content-Encoding', encoding);
  ctx.body = bodies.get(encoding);
}
