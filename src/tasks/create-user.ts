/** `npm run user:create -- someone@example.com`: asks for the password, or reads it from standard input. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { createAccounts } from '../accounts/accounts.ts';
import { configOrExit } from '../config.ts';
import { openDatabase } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { AppError } from '../errors.ts';
import { createLogger } from '../logger.ts';

const [email] = process.argv.slice(2);
if (!email) fail('Usage: npm run user:create -- someone@example.com');

const config = configOrExit();
const db = openDatabase(config.databaseUrl, config.root);
try {
  // The log goes to standard error here: standard output has the one sentence for whoever asked.
  const accounts = createAccounts({ db, logger: createLogger(config.logLevel, process.stderr) });
  await migrate(db);
  const user = await accounts.create(email, await readPassword());
  process.stdout.write(`Created ${user.email}\n`);
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  await db.destroy();
}

/** One line; what is typed is not shown. */
async function readPassword(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (process.stdin.isTTY) process.stderr.write('Password: ');
  const lines = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY });
  for await (const line of lines) {
    lines.close();
    if (process.stdin.isTTY) process.stderr.write('\n');
    return line;
  }
  return '';
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
