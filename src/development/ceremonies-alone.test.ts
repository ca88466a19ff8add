import Koa from 'koa';
import request from 'supertest';
import { expect, it } from 'vitest';
import type { AppContext, AppState } from '../web/http/context.ts';
import { createCeremoniesAlone } from './ceremonies-alone.ts';

const koa = new Koa<AppState, AppContext>();
koa.use(createCeremoniesAlone(process.cwd()).pages);
const statusAt = async (path: string, host: string) =>
  (await request(koa.callback()).get(path).set('Host', host)).status;

it('the ceremonies of another app are shown under the names of this machine, and no other leads to them', async () => {
  for (const path of ['/dev/ceremonies', '/dev/ceremonies.css']) {
    for (const host of ['localhost:8000', '127.0.0.1:8000', '[::1]:8000'])
      expect([host, await statusAt(path, host)]).toEqual([host, 200]);
    for (const host of ['attacker.example:8000', 'localhost.attacker.example', '192.0.2.1:8000', ''])
      expect([host, await statusAt(path, host)]).toEqual([host, 404]);
  }
});
