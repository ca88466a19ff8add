/** What a test file leaves to the next one of its worker is found, whatever it is. */
import crypto from 'node:crypto';
import dns from 'node:dns';
import { EventEmitter } from 'node:events';
import http from 'node:http';
import { expect, it, vi } from 'vitest';
import { lookAround } from '../support/traces.ts';

/** Replaces a member. @returns takes it back */
function replaced(owner: object, name: string): () => void {
  const was = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { configurable: true, writable: true, value: () => 0 });
  return () => void (was ? Object.defineProperty(owner, name, was) : Reflect.deleteProperty(owner, name));
}

const left: Record<string, () => () => unknown> = {
  'globalThis.Response': () => replaced(globalThis, 'Response'),
  'globalThis.setImmediate': () => replaced(globalThis, 'setImmediate'),
  'globalThis.somethingNew': () => replaced(globalThis, 'somethingNew'),
  'AbortSignal.timeout': () => replaced(AbortSignal, 'timeout'),
  'Array.prototype.last': () => replaced(Array.prototype, 'last'),
  'Date.parse': () => replaced(Date, 'parse'),
  'Math.floor': () => replaced(Math, 'floor'),
  'performance.now': () => replaced(performance, 'now'),
  'console.warn': () => replaced(console, 'warn'),
  'crypto.randomUUID': () => replaced(crypto, 'randomUUID'),
  'http.globalAgent': () => {
    const { globalAgent } = http;
    http.globalAgent = new http.Agent();
    return () => Object.assign(http, { globalAgent });
  },
  'Error.stackTraceLimit': () => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 1;
    return () => Object.assign(Error, { stackTraceLimit });
  },
  'stdout.write': () => {
    const written = vi.spyOn(process.stdout, 'write');
    return () => written.mockRestore();
  },
  'environment.LEFT_BEHIND': () => {
    process.env.LEFT_BEHIND = '1';
    return () => delete process.env.LEFT_BEHIND;
  },
  'on warning': () => {
    const listen = () => undefined;
    process.on('warning', listen);
    return () => process.off('warning', listen);
  },
  'most listeners': () => {
    const { defaultMaxListeners } = EventEmitter;
    EventEmitter.defaultMaxListeners = 1;
    return () => Object.assign(EventEmitter, { defaultMaxListeners });
  },
  'order of addresses': () => {
    const order = dns.getDefaultResultOrder();
    dns.setDefaultResultOrder(order === 'verbatim' ? 'ipv4first' : 'verbatim');
    return () => dns.setDefaultResultOrder(order);
  },
  umask: () => {
    const mask = process.umask(0o123);
    return () => process.umask(mask);
  },
  clock: () => {
    vi.useFakeTimers({ toFake: [] });
    return () => vi.useRealTimers();
  },
};

it.each(Object.entries(left))('%s', (name, leave) => {
  const changes = lookAround();
  const takeBack = leave();
  const found = changes();
  takeBack();
  expect(found).toContain(name);
  expect(changes()).toEqual([]);
});
