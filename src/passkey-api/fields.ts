/** What may be sent to the routes that begin a ceremony, rename and list: schemas and the contract's words for a breach. */
import * as z from 'zod';
import { invalid, unprocessable } from './problem.ts';

/** JSON can carry both, and neither can be stored: NUL (PostgreSQL) and half of a surrogate pair (UTF-8). */
const unstorable = /[\0\p{Surrogate}]/u;

export const registrationFields = z.object({
  user_id: required('user_id', 255),
  username: required('username', 128),
  display_name: optional('display_name', 128),
  icon: optional('icon', 255).refine(
    (icon) => icon === null || URL.canParse(icon),
    'icon must be a valid URL',
  ),
  /** Not of the contract: a Hanko server ignores it, so any other value is ignored here as well. */
  mediation: z.literal('conditional').nullable().catch(null),
});

export type RegistrationFields = z.infer<typeof registrationFields>;

export const loginFields = z.object({
  user_id: optional('user_id', 255).refine((id) => id !== '', 'user_id must at least have 1 entry'),
});

export const mfaLoginFields = z.object({ user_id: required('user_id', 255) });

export const transactionFields = z.object({
  user_id: required('user_id', 255),
  transaction_id: required('transaction_id', 128),
  transaction_data: z.unknown().refine((data) => data != null, 'transaction_data is a required field'),
});

export const renameFields = z.object({
  name: z
    .string()
    .nullish()
    .transform(orEmpty)
    .pipe(z.string().min(1, 'name is a required field'))
    .pipe(bounded('name', 255)),
});

export const listQuery = z.object({
  user_id: storable('user_id')
    .optional()
    .transform((id) => id || undefined),
  page: number('page').transform((page) => (page > 0 ? page : 1)),
  per_page: number('per_page').transform((size) => (size > 0 ? size : 20)),
  order: z
    .string()
    .optional()
    .transform((order) => order || 'desc')
    .pipe(z.enum(['asc', 'desc'], { error: "Order must be one of 'desc asc'" })),
});

/**
 * The fields as the schema has them; whatever it does not name is dropped.
 *
 * @throws {Problem} 400, worded apart for a value of the wrong type and for one that breaks a rule
 */
export function parseFields<T>(schema: z.ZodType<T>, fields: Record<string, unknown>): T {
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  const { issues } = result.error;
  const mistyped = issues.find((issue) => issue.code === 'invalid_type' || issue.code === 'invalid_format');
  if (mistyped) throw unprocessable(`Unmarshal type error: field=${mistyped.path.join('.')}`);
  throw invalid(issues.map((issue) => issue.message));
}

function required(name: string, max: number) {
  return z
    .string()
    .nullish()
    .transform(orEmpty)
    .pipe(bounded(name, max).refine((text) => text.trim() !== '', `${name} is a required field`));
}

function optional(name: string, max: number) {
  return bounded(name, max)
    .nullish()
    .transform((text) => text ?? null);
}

function bounded(name: string, max: number) {
  return storable(name).refine(
    (text) => [...text].length <= max,
    `${name} cannot have more than ${max} entries`,
  );
}

function storable(name: string) {
  return z.string().refine((text) => !unstorable.test(text), `${name} has characters that cannot be stored`);
}

function number(name: string) {
  return z
    .string()
    .regex(/^([+-]?\d{1,15})?$/, `${name} is not a number`)
    .optional()
    .transform(Number);
}

function orEmpty(text: string | null | undefined): string {
  return text ?? '';
}
