/** What the doctor finds where the server will run: whether what the build makes is whole, and HOST an address of this machine. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../config.ts';
import { SetupFault } from '../setup-fault.ts';
import { troubleListening } from '../start.ts';
import { loadAssets } from '../web/http/assets.ts';
import { type Finding, findingsAbout } from './finding.ts';

/** Says nothing where all is in order. */
export function checkBuild({ root }: Config): Finding[] {
  try {
    loadAssets(root);
    return [];
  } catch (error) {
    if (!(error instanceof SetupFault)) throw error;
    return [findingsAbout('build').fault(error.message)];
  }
}

/** Says nothing where all is in order. Listens at any port for a moment: the one of the settings is the server's. */
export async function checkHost({ host, port }: Config): Promise<Finding[]> {
  const server = createServer();
  try {
    server.listen(0, host);
    await once(server, 'listening');
    return [];
  } catch (error) {
    return [
      findingsAbout('listening').fault(
        troubleListening(error as NodeJS.ErrnoException, { port, setting: 'PORT' }),
      ),
    ];
  } finally {
    server.close();
  }
}
