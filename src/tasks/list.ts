/**
 * The chores by name, in the order in which they are listed. What does them is loaded when one of them is asked for: it
 * is most of the application.
 */
import { type Asked, type Chore, say } from './chore.ts';
import type { Workplace } from './workplace.ts';

const accounts = () => import('./account-chores.ts');
const passkeys = () => import('./passkey-chores.ts');
const database = () => import('./database-chores.ts');

export const list: Record<string, Chore> = {
  'user:create': {
    takes: ['EMAIL'],
    does: 'Creates an account; asks for its password, or reads it from standard input.',
    script: true,
    run: atWork(async (workplace, { given: [email = ''], streams }) =>
      (await accounts()).createUser(workplace, email, streams),
    ),
  },
  'user:show': {
    takes: ['EMAIL'],
    does: 'Says what an account has to sign in with.',
    run: atWork(async (workplace, { given: [email = ''] }) => (await accounts()).showUser(workplace, email)),
  },
  'user:find': {
    takes: ['NAME'],
    does: 'Says whose account the log calls so (the "user" of its lines).',
    run: atWork(async (workplace, { given: [name = ''] }) => (await accounts()).findUser(workplace, name)),
  },
  'user:reset-link': {
    takes: ['EMAIL'],
    does: 'Mails a link with which a new password is chosen; with --print it is printed instead.',
    option: '--print',
    run: atWork(async (workplace, { given: [email = ''], print }) =>
      (await accounts()).resetLink(workplace, email, print),
    ),
  },
  'two-factor:off': {
    takes: ['EMAIL'],
    does: 'Asks somebody for no passkey after their password any more; they are told.',
    run: atWork(async (workplace, { given: [email = ''] }) =>
      (await accounts()).turnOffSecondFactor(workplace, email),
    ),
  },
  'recovery-codes:new': {
    takes: ['EMAIL'],
    does: 'Prints new recovery codes for somebody, once; the former ones work no more, and they are told.',
    run: atWork(async (workplace, { given: [email = ''] }) =>
      (await accounts()).newRecoveryCodes(workplace, email),
    ),
  },
  'passkeys:list': {
    takes: ['EMAIL'],
    does: 'Lists the passkeys of an account, with their ids.',
    run: atWork(async (workplace, { given: [email = ''] }) =>
      (await passkeys()).listPasskeys(workplace, email),
    ),
  },
  'passkeys:remove': {
    takes: ['EMAIL', 'ID'],
    does: 'Removes a passkey and ends the sessions that it opened; its owner is told.',
    run: atWork(async (workplace, { given: [email = '', id = ''] }) =>
      (await passkeys()).removePasskey(workplace, email, id),
    ),
  },
  'sessions:end': {
    takes: ['EMAIL'],
    does: 'Signs somebody out everywhere, and makes mailed links worthless; they are told.',
    run: atWork(async (workplace, { given: [email = ''] }) =>
      (await accounts()).endSessions(workplace, email),
    ),
  },
  'activity:verify': {
    takes: [],
    does: 'Verifies what people have signed with their passkeys; ends with 1 when a record was changed.',
    run: async (asked) => {
      const { withWorkplace } = await import('./workplace.ts');
      const { verifyActivity } = await import('./activity-chores.ts');
      return withWorkplace(asked, (workplace) => verifyActivity(workplace, asked.streams));
    },
  },
  'db:migrate': {
    takes: [],
    does: 'Applies the migrations that are missing, as the start of the server does.',
    script: true,
    run: async (asked) => (await database()).applyMigrations(asked),
  },
  'db:rollback': {
    takes: ['LAST'],
    does: 'Takes back the migrations after the one that is named: the last of the release to go back to.',
    script: true,
    run: async (asked) => (await database()).takeBackMigrations(asked),
  },
  'db:status': {
    takes: [],
    does: 'Lists the migrations, applied or pending; changes nothing.',
    script: true,
    run: async (asked) => (await database()).listMigrations(asked),
  },
  'db:backup': {
    takes: ['FILE'],
    does: 'Copies an SQLite database into a new file, whole and from one moment, beside a running server.',
    run: async (asked) => (await database()).backUp(asked),
  },
  doctor: {
    takes: [],
    does: 'Checks address and proxy, secret keys, database, passkey API, clock and mail, and says what to do.',
    option: '--json',
    run: async (asked) => (await import('./doctor.ts')).examine(asked),
  },
};

/** A chore of the workplace, whose answer is printed. */
function atWork(does: (workplace: Workplace, asked: Asked) => Promise<string>): Chore['run'] {
  return async (asked) => {
    const { withWorkplace } = await import('./workplace.ts');
    return withWorkplace(asked, async (workplace) => say(asked.streams, await does(workplace, asked)));
  };
}
