/** Where the steps of the guide lie. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

export const examples = path.resolve(import.meta.dirname, '../../../examples');

/** The directory of a step by its number or its name, such as `4`, `4-safe` or `koa`; undefined when there is none. */
export function stepDirectory(name: string): string | undefined {
  const steps = readdirSync(path.join(examples, 'express')).map((step) => `express/${step}`);
  const found = [...steps, 'koa', 'fastify'].find((step) => {
    const last = path.posix.basename(step);
    return last === name || last.startsWith(`${name}-`);
  });
  return found && path.join(examples, found);
}
