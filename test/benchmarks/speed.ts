/**
 * How fast Latchkey is beside the least that it could cost: npm run benchmark [-- --peers --json --rounds N --log-level LEVEL]
 * The built server and its floors, measured in the same rounds; with --peers also what people would pick instead.
 * docs/benchmarks.md says what the rows mean.
 */
import path from 'node:path';
import { createDirectory } from './measuring/directory.ts';
import { prepareLatchkey, startLatchkey } from './measuring/latchkey.ts';
import { readOptions, tellProgress, wholeNumber } from './measuring/options.ts';
import { print, rowOf } from './measuring/report.ts';
import { cpuOf } from './measuring/rounds.ts';
import { createCommitting } from './speed/committing.ts';
import { pagesFloor, startFloors } from './speed/floors.ts';
import { measureMemory, peopleOfMemory } from './speed/memory.ts';
import { ourLoads, peopleNeeded } from './speed/ours.ts';
import { howToHavePeers, installPeers, startPeers } from './speed/peers.ts';
import { timeStarts } from './speed/starts.ts';
import { writeViews } from './speed/views.ts';
import { timePages } from './speed/waiting.ts';

const usage = 'npm run benchmark [-- --peers --json --rounds N --log-level LEVEL]';
const options = readOptions(usage, {
  peers: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  rounds: { type: 'string', default: '11' },
  // A line for each request is part of what it costs, where nobody asks for fewer.
  'log-level': { type: 'string', default: 'info' },
});
const rounds = wholeNumber('rounds', options.rounds, usage);
const began = performance.now();
if (options.peers) installPeers();

const directory = await createDirectory();
const ending: (() => unknown)[] = [];
try {
  tellProgress('starting the application, its floors and its peers');
  const prepared = await prepareLatchkey(databaseIn('app'), peopleNeeded(rounds), options['log-level']);
  const latchkey = await startLatchkey(prepared);
  ending.push(latchkey.stop);
  const committing = await createCommitting(prepared.databaseUrl);
  ending.push(committing.stop);
  const ours = await ourLoads(latchkey, committing);
  const views = await writeViews(latchkey, 0, directory);
  const floors = await startFloors(views);
  ending.push(floors.stop);
  const peers = options.peers ? await startPeers(directory, views) : null;
  if (peers) ending.push(peers.stop);

  tellProgress(`measuring CPU in ${rounds} rounds, about six seconds each, after rounds that do not count`);
  const cpu = await cpuOf(
    {
      login: ours.login,
      bareLogin: floors.loads.login,
      dashboard: ours.dashboard,
      busyDashboard: ours.busyDashboard,
      bareDashboard: floors.loads.dashboard,
      ...peers?.loads,
      password: ours.password,
      barePassword: floors.loads.password,
      passkey: ours.passkey,
      barePasskey: floors.loads.passkey,
      registration: ours.registration,
      bareRegistration: floors.loads.registration,
    },
    rounds,
  );
  tellProgress('measuring how long a page waits beside sign-ins');
  const waited = await timePages(latchkey, Math.ceil(rounds / 2));
  tellProgress('measuring starts');
  const started = await timeStarts({ ours: prepared.program, bare: pagesFloor(views) }, rounds);
  tellProgress('measuring memory');
  const memory = await measureMemory(
    await prepareLatchkey(databaseIn('memory'), peopleOfMemory, options['log-level']),
  );

  const rows = [
    rowOf('GET /login / bare Koa + Eta', 'µs', cpu.login, cpu.bareLogin),
    rowOf('GET /dashboard / bare Koa + Eta', 'µs', cpu.dashboard, cpu.bareDashboard),
    rowOf('… while another process commits', 'µs', cpu.busyDashboard, cpu.bareDashboard),
    rowOf('GET /dashboard: Express 5 + EJS + passport / ours', 'µs', cpu.expressDashboard, cpu.dashboard),
    rowOf('GET /dashboard: better-auth session / ours', 'µs', cpu.betterAuthSession, cpu.dashboard),
    rowOf('password sign-in / bare argon2id', 'µs', cpu.password, cpu.barePassword),
    rowOf('passkey sign-in / SimpleWebAuthn + jose', 'µs', cpu.passkey, cpu.barePasskey),
    rowOf('passkey sign-in: better-auth / ours', 'µs', cpu.betterAuthPasskey, cpu.passkey),
    rowOf('passkey registration / SimpleWebAuthn + jose', 'µs', cpu.registration, cpu.bareRegistration),
    rowOf('start to first page / bare Koa + Eta', 'ms', started.ours, started.bare),
    rowOf('GET /login p99, 32 sign-ins in flight / idle', 'ms', waited.busy, waited.idle),
  ].flat();
  const seconds = (performance.now() - began) / 1_000;
  print({ rows, rounds, memory, notes: peers ? [] : [howToHavePeers], seconds }, options.json);
} finally {
  for (const end of ending.reverse()) await end();
}

function databaseIn(name: string): string {
  return `sqlite:${path.join(directory, `${name}.sqlite`)}`;
}
