/** A server with an https origin that no proxy stands before: what it says at its start, and to whoever comes. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { endProcesses, type ServerProcess, startServerProcess } from '../support/process.ts';

let database: TestDatabase;
let running: ServerProcess;
beforeAll(async () => {
  database = await createTestDatabase();
  const env = { ORIGIN: 'https://app.example.com', TRUST_PROXY: '' };
  running = await startServerProcess({ databaseUrl: database.url, env });
  await running.ready();
});
afterAll(async () => {
  await endProcesses();
  await database.drop();
});

describe('a server whose proxy is not named', () => {
  it('says at its start that it shows no page, and what to set', () => {
    expect(running.output()).toMatch(
      /^fault +proxy: .*no page is shown\. Set TRUST_PROXY to the address of the proxy that ends TLS\.$/m,
    );
  });

  it('says so on its pages as well, loops for nobody, and names the peer in its log, once', async () => {
    for (const headers of [{ 'X-Forwarded-Proto': 'https' }, {}, { Host: 'app.example.com' }]) {
      const page = await fetch(`${running.server}/login`, { headers, redirect: 'manual' });
      expect([page.status, page.headers.get('Location')]).toEqual([403, null]);
      expect(await page.text()).toContain('This site cannot tell that you came over https');
    }
    const told = running
      .output()
      .split('\n')
      .filter((line) => line.includes('name it in TRUST_PROXY'));
    expect(told).toHaveLength(1);
    expect(JSON.parse(told[0] ?? '')).toMatchObject({ level: 'warn', peer: '127.0.0.1' });
  });

  it('tells whoever has too many cookies what to do', async () => {
    const heard = await new Promise<string>((resolve, reject) => {
      const text = `GET /login HTTP/1.1\r\nHost: x\r\nCookie: ${'a=0123456789abcdef; '.repeat(1_600)}\r\n\r\n`;
      const socket = connect(running.port, '127.0.0.1', () => socket.write(text));
      let all = '';
      socket.on('data', (chunk) => {
        all += chunk;
      });
      socket.once('error', reject);
      socket.once('close', () => resolve(all));
    });
    expect(heard).toMatch(/^HTTP\/1\.1 431 [\s\S]*Delete the cookies of this site/);
    expect(running.output()).not.toContain('"level":"error"');
  });
});
