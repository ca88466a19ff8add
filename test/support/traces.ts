/** What a process is like, so that a change that nobody has taken back is found. Must not know what is tested. */
import crypto from 'node:crypto';
import dns from 'node:dns';
import { EventEmitter } from 'node:events';
import http from 'node:http';
import { vi } from 'vitest';

/** Whose members somebody may replace, or add to. */
const owners: Record<string, object> = {
  globalThis,
  AbortSignal,
  Array,
  'Array.prototype': Array.prototype,
  console,
  crypto,
  Date,
  environment: process.env,
  Error,
  http,
  JSON,
  Math,
  Object,
  'Object.prototype': Object.prototype,
  performance,
  Promise,
  'String.prototype': String.prototype,
};

/** @returns tells what is another than now, by its name */
export function lookAround(): () => string[] {
  const before = state();
  return () => {
    const now = state();
    const names = new Set([...before.keys(), ...now.keys()]);
    return [...names].filter((name) => !Object.is(before.get(name), now.get(name)));
  };
}

function state(): Map<string, unknown> {
  return new Map<string, unknown>([
    ...Object.entries(owners).flatMap(([name, owner]) => membersOf(name, owner)),
    ...process.eventNames().map((name) => [`on ${String(name)}`, process.listenerCount(name)] as const),
    ['clock', vi.isFakeTimers()],
    ['directory', process.cwd()],
    ['stdout.write', process.stdout.write],
    ['stderr.write', process.stderr.write],
    ['umask', process.umask()],
    ['order of addresses', dns.getDefaultResultOrder()],
    ['most listeners', EventEmitter.defaultMaxListeners],
  ]);
}

/** Libraries add globals of their own: symbols, and names that begin with two lines. Storage warns when it is touched. */
function membersOf(name: string, owner: object): [string, unknown][] {
  return Object.getOwnPropertyNames(owner)
    .filter((key) => !/^__|Storage$/.test(key))
    .map((key) => [`${name}.${key}`, Reflect.get(owner, key)]);
}
