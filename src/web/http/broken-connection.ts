/** Tells a connection that broke, which is nobody's fault here, from a fault of ours. Knows Node's codes, nothing else. */

/** Connections that end early, and what is no HTTP (codes of Node's parser begin with HPE). */
const codes =
  /^(HPE_\w+|ECONNRESET|ECONNABORTED|EPIPE|ERR_STREAM_(PREMATURE_CLOSE|DESTROYED|WRITE_AFTER_END)|ERR_HTTP_REQUEST_TIMEOUT)$/;

export function isBrokenConnection(error: unknown): boolean {
  return codes.test(String((error as { code?: unknown } | null)?.code ?? ''));
}
