/**
 * What people would pick instead, from test/benchmarks/peers: packages of its own, which are installed when they are asked
 * for.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createAuthenticator } from '../../support/authenticator.ts';
import { root } from '../../support/built.ts';
import { type Browser, connectTo, expecting, repeat } from '../measuring/client.ts';
import { origin } from '../measuring/latchkey.ts';
import { type Program, startMeasured } from '../measuring/measured-process.ts';
import { addressOf, emailOf, password } from '../measuring/people.ts';
import { type Load, nth } from '../measuring/rounds.ts';
import * as amounts from './amounts.ts';

const home = path.join(root, 'test/benchmarks/peers');
const account = { name: 'Ada', email: emailOf(0), password };
const people = 24;

export const howToHavePeers = 'Express and better-auth beside it: npm run benchmark -- --peers';

/** Installs them where they are not; better-sqlite3 may compile for some minutes. @throws {Error} when that fails */
export function installPeers(): void {
  if (existsSync(path.join(home, 'node_modules/better-sqlite3/build'))) return;
  const { status } = spawnSync('npm', ['ci', '--prefix', home], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the peers could not be installed: see above');
}

/** @param directory for their databases. @param views has their template of our dashboard */
export async function startPeers(directory: string, views: string) {
  const express = await startMeasured(program('express', directory, { VIEWS: views }, '/healthz'));
  const betterAuth = await startMeasured(program('better-auth', directory, {}, '/api/auth/ok'));
  const servers = [express, betterAuth];
  const connections = servers.map(({ url }) => connectTo(url));
  const browserAt = (server: number, n = 0) => connections[server]?.browser(addressOf(n), origin) as Browser;

  const reader = browserAt(0);
  await expecting(303, reader.post('/login', new URLSearchParams(account)));
  const holders = Array.from({ length: people }, (_, n) => holderOf(browserAt(1, n), emailOf(n)));
  await repeat(people, 2, (n) => nth(holders, n).signUp());
  const signedIn = browserAt(1);
  await expecting(200, signedIn.post('/api/auth/sign-in/email', account));

  return {
    loads: {
      expressDashboard: {
        ...amounts.page,
        server: express,
        send: () => expecting(200, reader.get('/dashboard')),
      },
      betterAuthSession: {
        ...amounts.page,
        server: betterAuth,
        send: () => expecting(200, signedIn.get('/api/auth/get-session')),
      },
      betterAuthPasskey: { ...amounts.passkey, server: betterAuth, send: (n) => nth(holders, n).signIn() },
    } satisfies Record<string, Load>,
    stop: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

function program(name: string, directory: string, more: Record<string, string>, firstPage: string): Program {
  const env = {
    ORIGIN: origin,
    DATABASE: path.join(directory, `${name}.sqlite`),
    EMAIL: account.email,
    PASSWORD: password,
    ...more,
  };
  return { script: path.join(home, `${name}.js`), env, firstPage };
}

/** Somebody with an account and an authenticator at better-auth. */
function holderOf(browser: Browser, email: string) {
  const authenticator = createAuthenticator();
  const api = '/api/auth/passkey';
  const options = async (kind: string) =>
    JSON.parse((await expecting(200, browser.get(`${api}/generate-${kind}-options`))).text);
  return {
    async signUp() {
      await expecting(200, browser.post('/api/auth/sign-up/email', { ...account, email }));
      const publicKey = await options('register');
      const response = authenticator.create({ publicKey }, origin);
      await expecting(200, browser.post(`${api}/verify-registration`, { response }));
    },
    async signIn() {
      browser.forgetSession();
      const publicKey = await options('authenticate');
      const response = authenticator.get({ publicKey }, origin);
      await expecting(200, browser.post(`${api}/verify-authentication`, { response }));
    },
  };
}
