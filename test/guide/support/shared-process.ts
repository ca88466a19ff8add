/**
 * One process for several apps, whose libraries are loaded once. They share its clock as well, and are therefore attacked
 * one after the other. What the clock was moved for one app it stays ahead for the next: each begins later than the one
 * before, with an API and a database of its own that are as new as it is.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beginProcess, environmentOf, type StartApp } from '../attack/app-process.ts';

export type SharedProcess = { start: StartApp; stop(): Promise<void> };

/** Two processes, for what waits: an app in one of them has its deadlines while that in the other is attacked. */
export async function beginPair() {
  const both = await Promise.all([beginSharedProcess(), beginSharedProcess()]);
  const idle = [...both];
  return {
    /** @param act begins and attacks apps in a process that nobody else uses meanwhile; no third one may be at it */
    async inTurn<Result>(act: (process: SharedProcess) => Promise<Result>): Promise<Result> {
      const process = idle.pop();
      if (!process) throw new Error('Two are at it already.');
      return act(process).finally(() => idle.push(process));
    },
    async stop() {
      for (const { stop } of both) await stop();
    },
  };
}

async function beginSharedProcess(): Promise<SharedProcess> {
  const { send, stop, ...shared } = beginProcess('shared-process.js', import.meta.dirname, {});
  // Before that it hears nothing.
  await shared.untilPrinted('listening', 'the process of the apps');
  return {
    stop,
    async start(directory, port, env) {
      const settings = environmentOf(port, env);
      send({ app: pathToFileURL(path.join(directory, 'server.js')).href, env: settings });
      await shared.untilPrinted(settings.ORIGIN, directory);
      // It listens until the process ends.
      return { ...shared, origin: settings.ORIGIN, stop: async () => {} };
    },
  };
}
