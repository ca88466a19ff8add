/** Listens to what is sent to a database while something is done. */
import type { Database } from '../../src/db/database.ts';

export type Sent = { sql: string; bindings?: unknown[] };

/** @param note is told of each statement, transactions included */
export async function whileNoting<T>(
  db: Database,
  note: (statement: Sent) => void,
  work: () => Promise<T>,
): Promise<T> {
  db.on('query', note);
  try {
    return await work();
  } finally {
    db.removeListener('query', note);
  }
}

/** Until a statement that begins so is sent. */
export function sent(db: Database, verb = ''): Promise<void> {
  return new Promise((resolve) => {
    const note = ({ sql }: Sent) => {
      if (!sql.startsWith(verb)) return;
      db.removeListener('query', note);
      resolve();
    };
    db.on('query', note);
  });
}
