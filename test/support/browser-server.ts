/** One browser for the whole run, ended with it: each file has contexts of its own in it, which share nothing. */
import type { TestProject } from 'vitest/node';
import { serveBrowser } from './browser.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser of the run is reached. */
    browserEndpoint: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await serveBrowser();
  project.provide('browserEndpoint', server.wsEndpoint());
  return () => server.close();
}
