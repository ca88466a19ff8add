/** What `npm run guide:attack` is asked for on the command line. Starts nothing and attacks nothing. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { addressRefused } from '../../../src/passkey-api/learners-tenant.ts';
import { patches } from './broken.ts';
import { type Account, type Contract, contractOfTheGuide } from './contract.ts';
import { stepDirectory } from './step-directory.ts';

export type AttackRequest =
  | { kind: 'step'; directory: string; patch: string | undefined }
  | { kind: 'app'; origin: string; contract: Contract };

/** The command asks for nothing that there is. */
export class UsageError extends Error {}

const guide = contractOfTheGuide;
const address = z.string().startsWith('/');
const account = ({ email, password }: Account) =>
  z.strictObject({ email: z.string().default(email), password: z.string().default(password) }).prefault({});

/** What a file leaves out is as the guide has it, also within `fields` and the accounts. */
const own: z.ZodType<Contract> = z.strictObject({
  login: address.default(guide.login),
  fields: account(guide.fields),
  account: address.default(guide.account),
  createStart: address.default(guide.createStart),
  createFinish: address.default(guide.createFinish),
  signInStart: address.default(guide.signInStart),
  signInFinish: address.default(guide.signInFinish),
  rename: address.default(guide.rename),
  renameField: z.string().default(guide.renameField),
  remove: address.default(guide.remove),
  removePassword: address.nullable().default(guide.removePassword),
  ada: account(guide.ada),
  eve: account(guide.eve),
});

/**
 * @param words behind the command
 * @param directory where it was given
 * @throws {UsageError} with what is wrong with them, or with the file that they name
 */
export function attackRequest(words: string[], directory: string): AttackRequest {
  const { positionals, values } = parsed(words);
  const [target, ...others] = positionals;
  if (!target) throw new UsageError('Say what to attack.');
  if (!/^https?:/.test(target)) return stepRequest(target, others, values.break);
  if (values.break !== undefined) throw new UsageError('--break is for the steps of the guide.');
  if (!URL.canParse(target)) throw new UsageError(`${target} is no address.`);
  const refused = addressRefused(target);
  if (refused !== null) throw new UsageError(refused);
  const [file, ...spare] = others;
  refuse(spare);
  const contract = file ? contractIn(path.resolve(directory, file)) : guide;
  return { kind: 'app', origin: new URL(target).origin, contract };
}

function stepRequest(name: string, spare: string[], patch: string | undefined): AttackRequest {
  const directory = stepDirectory(name);
  if (!directory) throw new UsageError(`There is no step ${name}.`);
  refuse(spare);
  if (patch !== undefined && patches[patch] !== directory) throw new UsageError(noPatch(patch, directory));
  return { kind: 'step', directory, patch };
}

function noPatch(patch: string, directory: string): string {
  const those = Object.keys(patches).filter((one) => patches[one] === directory);
  const step = path.basename(directory);
  return `There is no patch ${patch} for ${step}. ${those.length > 0 ? `There are: ${those.join(', ')}.` : 'There are some for the steps 4 and 6.'}`;
}

function refuse(spare: string[]): void {
  if (spare.length > 0) throw new UsageError(`Not understood: ${spare.join(' ')}`);
}

function parsed(words: string[]) {
  try {
    return parseArgs({ args: words, allowPositionals: true, options: { break: { type: 'string' } } });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

function contractIn(file: string): Contract {
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}.`);
  const { data, error } = own.safeParse(jsonIn(file));
  if (!error) return data;
  throw new UsageError(`${file} is not understood.\n${z.prettifyError(error)}`);
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new UsageError(`${file} is no JSON.`, { cause });
  }
}
