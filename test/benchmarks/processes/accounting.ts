/**
 * Loaded before a program that is measured, with --import: tells its parent what the process has used so far, all its
 * threads together. Knows nothing of the program.
 */
export type Usage = {
  /** Microseconds of CPU, user and system, since the process began. */
  cpu: number;
  /** Bytes of memory that it holds now. */
  memory: number;
};

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const usage: Usage = { cpu: user + system, memory: process.memoryUsage.rss() };
  process.send?.(usage);
});
// It ends with the benchmark, however that ends.
process.once('disconnect', () => process.exit());
process.channel?.unref();
