/** Makes the template of the run on SQLite. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { fillTemplate } from './template.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-template-'));
  const file = path.join(directory, 'template.sqlite');
  await fillTemplate(`sqlite:${file}`, project);
  project.provide('sqliteTemplate', file);
  return () => rm(directory, { recursive: true, force: true });
}
