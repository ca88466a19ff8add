import Keygrip from 'keygrip';
import Koa from 'koa';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import type { AppContext, AppState } from './context.ts';
import { knownDevice, rememberDevice } from './device-cookie.ts';

const keys = new Keygrip(['a key of these tests'], 'sha256');
const ada = { id: 'id-of-ada', email: 'ada@example.com', epoch: 2 };

/** A browser with these cookies asks what it remembers of Ada and of Grace; it may sign in as somebody first. */
async function ask(cookie: string, signedIn?: typeof ada) {
  const koa = new Koa<AppState, AppContext>();
  koa.keys = keys;
  koa.context.cookiePrefix = 'latchkey-';
  koa.use((ctx) => {
    if (signedIn) rememberDevice(ctx, signedIn, false);
    const remembered = knownDevice(ctx, false);
    ctx.body = [remembered(ada.email), remembered('grace@example.com')];
  });
  const { body, headers } = await supertest(koa.callback()).get('/').set('Cookie', cookie);
  const cookies = ((headers['set-cookie'] ?? []) as unknown as string[]).map((line) => line.split(';')[0]);
  return { body, cookies: cookies.join('; ') };
}

describe('the device cookie', () => {
  it('remembers one account, by its address, with a name of its own', async () => {
    const { cookies } = await ask('', ada);
    const { body } = await ask(cookies);
    expect(body).toEqual([{ userId: ada.id, name: expect.stringMatching(/^[\w-]{22}$/), epoch: 2 }, null]);
  });

  it('keeps its name while the account is the same one in the same epoch', async () => {
    const { cookies } = await ask('', ada);
    const name = async (signedIn: typeof ada) =>
      (await ask((await ask(cookies, signedIn)).cookies)).body[0].name;
    const first = (await ask(cookies)).body[0].name;
    expect(await name(ada)).toBe(first);
    expect(await name({ ...ada, epoch: 3 })).not.toBe(first);
    expect(await name({ ...ada, id: 'who has the address now' })).not.toBe(first);
  });

  it.each([
    ['none', ''],
    ['one without our signature', 'latchkey-device=YQ.id-of-ada.a-name.2'],
    ['one of another key', 'latchkey-device=YQ.id-of-ada.a-name.2; latchkey-device.sig=nonsense'],
  ])('remembers nobody by %s', async (_, cookie) => {
    expect((await ask(cookie)).body).toEqual([null, null]);
  });

  it('remembers nobody by what somebody else made up, though it is what we would have set', async () => {
    const [device] = (await ask('', ada)).cookies.split('; ');
    expect((await ask(device ?? '')).body).toEqual([null, null]);
  });
});
