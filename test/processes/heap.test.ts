import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { heapFlags } from '../../src/heap.ts';

const run = promisify(execFile);

// While a process runs, a flag that V8 does not know (any more) is only ignored.
test('the flags by which the heap is kept small are known to this Node', async () => {
  const { stdout } = await run(process.execPath, [...heapFlags, '--gc-global', '-p', '"known"']);
  expect(stdout.trim()).toBe('known');
});

test('a flag that V8 does not know ends such a process', async () => {
  const unknown = run(process.execPath, ['--no-such-flag', '-p', '"known"']);
  await expect(unknown).rejects.toMatchObject({ code: 9 });
});
