/** `npm run chores -- COMMAND`: what an operator does by hand. Knows the commands; what they do is in their own files. */
import { AppError } from '../errors.ts';
import { createUser, endSessions, resetLink, showUser } from './account-chores.ts';
import { examine } from './doctor.ts';
import { listPasskeys, removePasskey } from './passkey-chores.ts';
import { type Workplace, withWorkplace } from './workplace.ts';

type Command = {
  /** What follows the name. */
  takes: string[];
  does: string;
  /** Whether it knows --print. */
  prints?: boolean;
  run: (workplace: Workplace, given: string[], print: boolean) => Promise<string>;
};

const commands: Record<string, Command> = {
  'user:create': {
    takes: ['EMAIL'],
    does: 'Creates an account; asks for its password, or reads it from standard input.',
    run: (workplace, [email = '']) => createUser(workplace, email),
  },
  'user:show': {
    takes: ['EMAIL'],
    does: 'Says what an account has to sign in with.',
    run: (workplace, [email = '']) => showUser(workplace, email),
  },
  'user:reset-link': {
    takes: ['EMAIL'],
    does: 'Mails a link with which a new password is chosen; with --print it is printed instead.',
    prints: true,
    run: (workplace, [email = ''], print) => resetLink(workplace, email, print),
  },
  'passkeys:list': {
    takes: ['EMAIL'],
    does: 'Lists the passkeys of an account, with their ids.',
    run: (workplace, [email = '']) => listPasskeys(workplace, email),
  },
  'passkeys:remove': {
    takes: ['EMAIL', 'ID'],
    does: 'Removes a passkey and ends the sessions that it opened; its owner is told.',
    run: (workplace, [email = '', id = '']) => removePasskey(workplace, email, id),
  },
  'sessions:end': {
    takes: ['EMAIL'],
    does: 'Signs somebody out everywhere; they are told.',
    run: (workplace, [email = '']) => endSessions(workplace, email),
  },
};

const doctor = {
  takes: [],
  does: 'Checks origin, secret keys, database, passkey API, clock and mail, and says what to do.',
};
const described: Record<string, Omit<Command, 'run'>> = { ...commands, doctor };

process.exitCode = await main(process.argv.slice(2));

/** @returns 0, 1 when it was refused or something is wrong, 2 when it was not asked properly */
async function main(args: string[]): Promise<number> {
  const { name, given, help, print } = understood(args);
  const about = Object.hasOwn(described, name) ? described[name] : undefined;
  if (name === 'help') return say(usage());
  if (!about) return misunderstood(usage());
  if (help) return say(usageOf(name, about));
  if (about.takes.length !== given.length || (print && !about.prints))
    return misunderstood(usageOf(name, about));
  const command = commands[name];
  return command ? work((workplace) => command.run(workplace, given, print)) : examine();
}

function work(does: (workplace: Workplace) => Promise<string>): Promise<number> {
  return withWorkplace(async (workplace) => {
    try {
      return say(await does(workplace));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
  });
}

/** Not by `parseArgs`: the id of a passkey may begin with a hyphen, and is no option then. */
function understood(args: string[]) {
  const options = ['--help', '-h', '--print'];
  const [name = 'help', ...given] = args.filter((text) => !options.includes(text));
  return {
    name,
    given,
    help: args.includes('--help') || args.includes('-h'),
    print: args.includes('--print'),
  };
}

function usage(): string {
  const lines = Object.entries(described).map(
    ([name, about]) => `  ${synopsis(name, about)}\n      ${about.does}`,
  );
  return `Usage: npm run chores -- COMMAND\n\n${lines.join('\n')}\n`;
}

function usageOf(name: string, about: Omit<Command, 'run'>): string {
  return `Usage: npm run chores -- ${synopsis(name, about)}\n\n  ${about.does}\n`;
}

function synopsis(name: string, { takes, prints }: Omit<Command, 'run'>): string {
  return [name, ...takes, ...(prints ? ['[--print]'] : [])].join(' ');
}

function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

function misunderstood(text: string): number {
  process.stderr.write(`${text}\n`);
  return 2;
}
