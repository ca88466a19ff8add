/** For the knex command line; `npm run db:*` does the same under the lock that starting processes take. */
import { loadConfig } from './src/config.ts';
import { knexConfig } from './src/db/knex-config.ts';

const { databaseUrl, root } = loadConfig();

export default knexConfig(databaseUrl, root);
