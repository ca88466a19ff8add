/** For the knex command line (`npm run db:*`); the application itself migrates when it starts. */
import { loadConfig } from './src/config.ts';
import { knexConfig } from './src/db/knex-config.ts';

const { databaseUrl, root } = loadConfig();

export default knexConfig(databaseUrl, root);
