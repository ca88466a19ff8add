/**
 * Tells what waiting cannot mend from a database that is only down, in sentences for whoever runs this site. Knows the codes
 * and words of drivers, servers and poolers; must not tell a password, nor what was asked.
 *
 * What may pass has no sentence: nobody listens yet, too many connections, starting up, and a host whose name is not known
 * (ENOTFOUND, EAI_AGAIN), as that of a container is not before it runs.
 */
import { isDatabaseUnavailable } from './faults.ts';
import { NotPostgres } from './postgres-socket.ts';

type Wrong = { code: RegExp; words?: RegExp; sentence: string | ((detail: string) => string) };

/** Poolers have one code for most of what they say, also for what passes: the words decide. */
const pooler = /^08P01$/;

const wrongs: Wrong[] = [
  {
    code: pooler,
    words: /unsupported startup parameter/,
    sentence: (detail) =>
      `the pooler before it does not take a parameter (${/parameter(?: in options)?:? ([\w.]+)/.exec(detail)?.[1] ?? 'options'}). Take it out of DATABASE_URL.`,
  },
  {
    code: pooler,
    words: /statement pooling/,
    sentence: 'the pooler before it keeps no transactions. Set its pool_mode to transaction or session.',
  },
  {
    code: /^(08P01|28000)$/,
    words: /(SSL|TLS|encryption).*required|no encryption|SSL off/,
    sentence: 'it takes encrypted connections alone. End DATABASE_URL in ?sslmode=verify-full.',
  },
  {
    code: /^(08P01|3D000)$/,
    words: /no such database|database .* does not exist/,
    sentence: 'there is no database of that name. Create it, or correct the name in DATABASE_URL.',
  },
  {
    code: /^(28P01|08P01|)$/,
    words: /(password|SASL) authentication failed|client password must be/,
    sentence: 'it does not take the user and the password of DATABASE_URL. Set both as it has them.',
  },
  {
    code: /^(08P01|28...)$/,
    words:
      /no such user|authentication failed|rejected|not allowed|pg_hba\.conf|not permitted|role .* does not exist|certificate/,
    sentence: (detail) =>
      `it does not let this user in from here (${detail}). Look at the user in DATABASE_URL, and at the rules of the server (pg_hba.conf).`,
  },
  {
    code: /^42501$/,
    sentence: (detail) =>
      `the user of DATABASE_URL may not do what is needed (${detail}). Grant it, or run npm run db:migrate as a user who may change tables.`,
  },
  {
    code: /^25006$/,
    sentence: 'it only reads, as a replica does. Name the primary in DATABASE_URL.',
  },
  {
    code: /^(42704|42602|22023)$/,
    words: /configuration parameter|invalid value for parameter/,
    sentence: (detail) => `it does not take a parameter (${detail}). Look at DATABASE_URL.`,
  },
  {
    code: /^$/,
    words: /does not support SSL/,
    sentence:
      'DATABASE_URL asks for encryption (sslmode), and the server has none. Turn ssl on there, with a certificate.',
  },
  {
    code: /^$/,
    words: /error establishing an SSL connection|received invalid response/,
    sentence: 'what answers is no PostgreSQL. Correct the host and the port in DATABASE_URL.',
  },
  {
    code: /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    sentence: 'its certificate is not valid today. Renew it, or set the clock of this machine.',
  },
  {
    code: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    sentence: 'its certificate is for another name. Name the host in DATABASE_URL as the certificate does.',
  },
  {
    code: /SELF_SIGNED|^(UNABLE_TO_|CERT_)|^INVALID_CA$/,
    sentence:
      'its certificate comes from an authority that is not known here. Add &sslrootcert=FILE to DATABASE_URL.',
  },
  {
    code: /^SQLITE_NOTADB$/,
    sentence: 'the file is not a database. Name another one in DATABASE_URL, or restore a backup.',
  },
  {
    code: /^SQLITE_CORRUPT/,
    sentence: 'the file of DATABASE_URL is damaged (database disk image is malformed). Restore a backup.',
  },
  {
    code: /^SQLITE_(CANTOPEN|READONLY|PERM|AUTH)$/,
    sentence: (detail) =>
      `the file of DATABASE_URL cannot be opened, made or written (${detail}). It and its directory must belong to the user of this process.`,
  },
];

/** @returns what is wrong and what to do, from whatever the database threw; null for what passes, and for bugs */
export function misconfiguration(error: unknown): string | null {
  if (error instanceof NotPostgres)
    return `what answers is no PostgreSQL of use here (${error.message}). Correct the host and the port in DATABASE_URL.`;
  if (!(error instanceof Error)) return null;
  const code = String((error as { code?: unknown }).code ?? '');
  const wrong = wrongs.find((each) => each.code.test(code) && (each.words?.test(error.message) ?? true));
  if (!wrong) return null;
  return typeof wrong.sentence === 'string' ? wrong.sentence : wrong.sentence(detailOf(error));
}

/**
 * @param error what was thrown when a process got the database ready
 * @returns the sentence that ends the start; null when it is enough to wait
 * @throws what is no error of a database, as it is
 */
export function endsStart(error: unknown): string | null {
  const wrong = misconfiguration(error);
  if (wrong) return `The database cannot be used: ${wrong}`;
  if (isDatabaseUnavailable(error)) return null;
  // Drivers have codes, and knex throws plain errors. Anything else is a bug of ours, and needs its stack.
  if (!(error instanceof Error) || !('code' in error || error.name === 'Error')) throw error;
  return `The database cannot be used: ${detailOf(error)}. Look at DATABASE_URL.`;
}

/** Without the statement, which knex puts before what the database said. */
function detailOf({ message }: Error): string {
  return message.replace(/^.* - /s, '').trim();
}
