/** What an application has told in its log. */
import type { TestApp } from './app.ts';

type Line = Record<string, unknown>;

/** Every event of this name, oldest first. */
export function eventsOf({ log }: Pick<TestApp, 'log'>, name: string): Line[] {
  return log.map((line) => JSON.parse(line) as Line).filter(({ event }) => event === name);
}
