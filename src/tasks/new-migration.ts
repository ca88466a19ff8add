/** `npm run db:new -- add_something`: an empty migration with today's number, entered in the list of migrations. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const list = path.join(root, 'src/db/migrations.ts');

const template = `import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema;
}

export async function down(db: Knex): Promise<void> {
  await db.schema;
}
`;

const [name = ''] = process.argv.slice(2);
if (!/^[a-z]+(_[a-z]+)+$/.test(name)) {
  process.stderr.write('Usage: npm run db:new -- verb_noun (small letters and underscores)\n');
  process.exit(1);
}

const timestamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
const migration = `${timestamp}_${name}`;
writeFileSync(path.join(root, 'migrations', `${migration}.ts`), template, { flag: 'wx' });
writeFileSync(list, withMigration(readFileSync(list, 'utf8'), migration, camelCase(name)));
process.stdout.write(`Created migrations/${migration}.ts and listed it in src/db/migrations.ts\n`);

/** The source of the list with one more import after the last and one more entry at the end. */
function withMigration(source: string, migration: string, identifier: string): string {
  const imports = `import * as ${identifier} from '../../migrations/${migration}.ts';\n`;
  const lastImport = source.lastIndexOf("from '../../migrations/");
  const afterImports = source.indexOf('\n', lastImport) + 1;
  const withImport = source.slice(0, afterImports) + imports + source.slice(afterImports);
  const end = withImport.indexOf('\n};') + 1;
  return `${withImport.slice(0, end)}  '${migration}': ${identifier},\n${withImport.slice(end)}`;
}

function camelCase(text: string): string {
  return text.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
