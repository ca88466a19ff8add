/** Makes the template of the run on SQLite, unless what pages and browsers are given is older than its sources. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { demandNewAssets } from './built.ts';
import { fillTemplate } from './template.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Once for a run, which may break a source on purpose later.
  try {
    demandNewAssets();
  } catch (error) {
    // Vitest fails to read a stack from here, and would tell of that instead.
    throw Object.assign(error as Error, { stack: '' });
  }
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-template-'));
  const file = path.join(directory, 'template.sqlite');
  await fillTemplate(`sqlite:${file}`, project);
  project.provide('sqliteTemplate', file);
  return () => rm(directory, { recursive: true, force: true });
}
