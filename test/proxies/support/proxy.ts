/** nginx and Caddy as processes of their own, with the very files of docs/proxies: only names, ports and files differ. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { vi } from 'vitest';
import { root } from '../../support/built.ts';
import type { Certificate } from './certificates.ts';

export type Front = {
  directory: string;
  http: number;
  https: number;
  application: number;
  certificate: Certificate;
};
export type RunningProxy = {
  /** Everything that it has printed and logged. */
  logged(): Promise<string>;
  stop(): Promise<void>;
};

/** @param program where it is */
export async function startNginx(program: string, front: Front): Promise<RunningProxy> {
  const { directory, certificate } = front;
  const own = path.join(directory, 'main.conf');
  const logs = ['latchkey.log', 'latchkey-error.log'].map((name) => path.join(directory, name));
  const site = (await documented('nginx.conf'))
    .replaceAll('https://app.example.com', `https://localhost:${front.https}`)
    .replaceAll('app.example.com;', 'localhost;')
    .replace('listen 80;', `listen ${front.http};`)
    .replace('listen 443 ', `listen ${front.https} `)
    // One address is enough here, and not every machine has the other kind.
    .replaceAll(/ *listen \[::\].*\n/g, '')
    .replace('/var/www/html', directory)
    .replace('127.0.0.1:3000;', `127.0.0.1:${front.application};`)
    .replace('/etc/ssl/app.example.com.pem', certificate.certificate)
    .replace('/etc/ssl/app.example.com.key', certificate.key)
    .replaceAll('/var/log/nginx', directory);
  const bodies = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = bodies.map((kind) => `${kind}_temp_path ${directory}/${kind};`).join(' ');
  await writeFile(
    own,
    `daemon off; pid ${directory}/nginx.pid; events {} http { ${temporary} access_log off;\n${site}\n}`,
  );
  return run(program, ['-p', directory, '-e', 'stderr', '-c', own], front, logs);
}

/** @param program where it is */
export async function startCaddy(program: string, front: Front): Promise<RunningProxy> {
  const own = path.join(front.directory, 'Caddyfile');
  const { certificate, key } = front.certificate;
  const globals = `admin off\n\thttp_port ${front.http}`;
  const site = (await documented('Caddyfile'))
    .replace('\n{\n', `\n{\n\t${globals}\n`)
    // No authority gives a certificate for this name.
    .replace('\napp.example.com {\n', `\nlocalhost:${front.https} {\n\ttls ${certificate} ${key}\n`)
    .replace('reverse_proxy 127.0.0.1:3000', `reverse_proxy 127.0.0.1:${front.application}`);
  await writeFile(own, site);
  return run(program, ['run', '--adapter', 'caddyfile', '--config', own], front, []);
}

const documented = (name: string) => readFile(path.join(root, 'docs/proxies', name), 'utf8');

/** Waits until it listens. @throws with what it printed when it does not */
async function run(program: string, args: string[], front: Front, logs: string[]): Promise<RunningProxy> {
  const env = { PATH: process.env.PATH, HOME: front.directory, XDG_DATA_HOME: front.directory };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      printed += chunk;
    });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await vi.waitFor(
    async () => {
      const answer = await fetch(`http://localhost:${front.http}/healthz`, { redirect: 'manual' }).catch(
        () => null,
      );
      if (!answer) throw new Error(`${program} does not listen:\n${printed}`);
    },
    { timeout: 20_000, interval: 100 },
  );
  return {
    logged: async () => {
      const texts = await Promise.all(logs.map((file) => readFile(file, 'utf8')));
      return [printed, ...texts].join('\n');
    },
    stop: () => stop(child, ended),
  };
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  await ended;
}
