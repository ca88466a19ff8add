/**
 * One process for several apps, whose libraries are loaded once. They share its clock as well: who moves it for one of
 * them ends the deadlines of all, so that they are attacked one after the other.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beginProcess, type Start, settingsOf } from '../attack/app-process.ts';

export async function beginSharedProcess(): Promise<{ start: Start; stop(): Promise<void> }> {
  const { send, stop, ...shared } = beginProcess('shared-process.js', import.meta.dirname, {});
  // Before that it hears nothing.
  await shared.untilPrinted('listening');
  return {
    stop,
    async start(directory, port, env) {
      const settings = settingsOf(port, env);
      send({ app: pathToFileURL(path.join(directory, 'server.js')).href, env: settings });
      await shared.untilPrinted(settings.ORIGIN);
      // It listens until the process ends.
      return { ...shared, origin: settings.ORIGIN, stop: async () => {} };
    },
  };
}
