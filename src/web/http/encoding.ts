/** Which encoding an answer goes out in. Knows one header; must not know what is sent. */
import type { AppContext } from './context.ts';

export type Encoding = 'br' | 'gzip' | 'identity';

/** The smallest first: a browser that takes several says nothing of size, and the first that it names is often gzip. */
const preferred: readonly Encoding[] = ['br', 'gzip', 'identity'];

/**
 * The smallest of the encodings that are there and that the request takes (RFC 9110, section 12.5.3); `identity` when it
 * takes none of them.
 */
export function bestEncoding(ctx: AppContext, there: ReadonlyMap<Encoding, unknown>): Encoding {
  const taken = preferred.find(
    (encoding) => there.has(encoding) && ctx.acceptsEncodings(encoding) === encoding,
  );
  return taken ?? 'identity';
}
