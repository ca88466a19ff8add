/**
 * The file of an SQLite database: where it lies, and whether it is still the one that was opened. Knows files, and nothing
 * of what is in them.
 */
import { existsSync, statSync } from 'node:fs';
import type { Database } from './database.ts';

/** The open file is not where it was: what is written now would be lost. It has SQLite's own code for that, which SQLite gives less often. */
class DatabaseFileMoved extends Error {
  override name = 'DatabaseFileMoved';
  readonly code = 'SQLITE_READONLY_DBMOVED';
}

/** The path of the database's file; undefined for a database that has none. */
export function fileOf(db: Database): string | undefined {
  return (db.client.config.connection as { filename?: string }).filename;
}

/** The path of the database's file if there is none there; null when it is there, or the database has none. */
export function missingFileOf(db: Database): string | null {
  const filename = fileOf(db);
  return filename && !existsSync(filename) ? filename : null;
}

/**
 * Remembers which file lies at a path, and beside it the log of what was written last and its index, which SQLite keeps open
 * as well: another process would begin new ones, and neither would see what the other writes.
 * Neither is opened anew when another takes its place: a backup may be half copied, and SQLite would mix a log that is left
 * with it. Nor does the process end: started again, it would make an empty database. The same file, put back, goes on.
 *
 * @returns a question that throws {@link DatabaseFileMoved} while one is gone, or is another one; it takes some microseconds
 */
export function heldFile(filename: string): () => void {
  const held = idOf(filename);
  const beside = [`${filename}-wal`, `${filename}-shm`].map((file) => ({ file, held: idOf(file) }));
  return () => {
    const now = idOf(filename);
    if (now === undefined)
      throw new DatabaseFileMoved(`${filename} is gone: nothing is read or written until it is back`);
    if (now !== held)
      throw new DatabaseFileMoved(
        `${filename} is not the file that was opened: start the server again once it is complete`,
      );
    for (const each of beside) {
      const id = idOf(each.file);
      each.held ??= id;
      if (id !== each.held) throw new DatabaseFileMoved(`${each.file} was removed: start the server again`);
    }
  };
}

/** The same for the same file, whatever it is called (POSIX, sys/stat.h); undefined when there is none that can be seen. */
function idOf(file: string): string | undefined {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return undefined;
  }
}
