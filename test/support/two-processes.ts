/** The application twice over one database, as two processes would run it: each with connections of its own. */
import { openDatabase } from '../../src/db/database.ts';
import { startApp, type TestApp, type TestAppOptions } from './app.ts';

export async function startTwice(
  options: Pick<TestAppOptions, 'wrapTransport' | 'env'> = {},
): Promise<{ first: TestApp; second: TestApp; close(): Promise<void> }> {
  // One address, whichever of them a browser reaches.
  const both = { ...options, env: { ...options.env, ORIGIN: 'http://localhost:3000' } };
  const first = await startApp(both);
  const db = openDatabase(first.database.url, '/');
  const second = await startApp({ ...both, database: { ...first.database, db } });
  return {
    first,
    second,
    close: async () => {
      await second.close();
      await db.destroy();
      await first.close();
    },
  };
}
