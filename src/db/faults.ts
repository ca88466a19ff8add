/**
 * Tells a database that cannot serve right now from a bug in a statement. Knows driver error codes, nothing else; which of
 * them waiting cannot mend is told in misconfiguration.ts.
 */

const unavailable = [
  /^SQLITE_(BUSY|LOCKED|READONLY|FULL|IOERR|CANTOPEN|PROTOCOL|CORRUPT|NOTADB)/,
  /^E(CONNREFUSED|CONNRESET|HOSTUNREACH|TIMEDOUT|PIPE|NOTFOUND|AI_AGAIN)$/,
  // PostgreSQL classes: connection exception, insufficient resources, operator intervention (also statement
  // timeout 57014), lock not available, serialisation failure and deadlock, read-only transaction. And who is not let in
  // any more: the password was changed, or the database was renamed.
  /^(08|53|57|40|28)[0-9A-Z]{3}$/,
  /^3D000$/,
  /^55P03$/,
  /^25006$/,
];

const unavailableMessages =
  /Timeout acquiring a connection|Connection terminated|timeout expired|Query read timeout|is not queryable|Unable to acquire a connection/i;

/**
 * Whether an error says that the database is down, busy, full, read-only or damaged, or lets nobody in: no fault of what was
 * asked.
 *
 * @param error anything that was thrown; causes are followed
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = String((error as { code?: unknown }).code ?? '');
  if (unavailable.some((pattern) => pattern.test(code)) || unavailableMessages.test(error.message))
    return true;
  return error.cause !== undefined && isDatabaseUnavailable(error.cause);
}

/** Whether an error says that a row with this key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  return (
    code === '23505' ||
    (code.startsWith('SQLITE_CONSTRAINT') && /UNIQUE|PRIMARY/.test(String((error as Error).message)))
  );
}
