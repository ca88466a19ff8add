/** What every process does alike when it begins: end with a sentence, and listen. Knows not what is served. */
import type { Server } from 'node:http';
import { SetupFault } from './setup-fault.ts';

/** What this process writes, such as the database, is for its user alone, wherever it lies. */
export function keepFilesPrivate(): void {
  process.umask(0o077);
}

/** Ends the process with 1 and a sentence on standard error. */
export function stop(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** What a process cannot go on without: a {@link SetupFault} ends it with its sentence. */
export function orStop<Part>(make: () => Part): Part {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof SetupFault)) throw error;
    return stop(error.message);
  }
}

/**
 * Ends the process, as {@link stop} does, where it may not or cannot listen.
 *
 * @param at.setting the name of the setting that has the port
 */
export function listenOrStop(
  server: Server,
  at: { host: string; port: number; setting: string },
): Promise<void> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => stop(troubleListening(error, at)));
    server.listen(at.port, at.host, resolve);
  });
}

/** What is wrong and what to do, when a server cannot listen. */
export function troubleListening(
  { code = '', message }: NodeJS.ErrnoException,
  { port, setting }: { port: number; setting: string },
): string {
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Set ${setting} to another one.`;
  if (code === 'EACCES') return `Port ${port} is not for this user. Set ${setting} to one above 1023.`;
  if (/^(EADDRNOTAVAIL|ENOTFOUND|EAI_)/.test(code))
    return `HOST is no address of this machine (${code}). Set it to 127.0.0.1, or to 0.0.0.0 for every network.`;
  return `The server cannot listen: ${message}. Look at HOST and ${setting}.`;
}
