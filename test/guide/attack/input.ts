/** Attacks with what no browser sends, and with what is somebody else's. */
import type { Authenticator } from '../../support/authenticator.ts';
import { pastTheApp } from './answers.ts';
import { type Attack, gotThrough, type Outcome, type Stage } from './attack.ts';
import type { Browser, Reply } from './browser.ts';
import { contractOfTheGuide } from './contract.ts';
import { hasStack } from './service.ts';

const clientData = (text: string) => Buffer.from(text).toString('base64url');

const bodies = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '{}',
  '{"id":1,"response":null}',
  '{"response":{"clientDataJSON":7}}',
  `{"response":{"clientDataJSON":"${clientData('null')}"}}`,
  `{"response":{"clientDataJSON":"${clientData('{"challenge":{}}')}"}}`,
  `{"id":"${'x'.repeat(300_000)}"}`,
];

export const garbage: Attack = {
  name: 'garbage',
  tells: 'what is no answer of a passkey is sent as one, and the app tells how it is built',
  async outcome(stage) {
    const { login, fields, signInFinish, createFinish, ada } = stage.contract;
    const browser = await stage.signedIn(ada);
    const replies: Reply[] = [];
    for (const path of [signInFinish, createFinish]) {
      for (const body of bodies) replies.push(await browser.post(path, body));
      // The right challenge and nothing else.
      const { challenge } = (
        await (path === createFinish ? browser.startCreating() : browser.startSigningIn())
      ).publicKey;
      const clientDataJSON = clientData(JSON.stringify({ challenge }));
      replies.push(await browser.post(path, JSON.stringify({ id: 'x', response: { clientDataJSON } })));
    }
    const isRefusal = (reply: Reply) => reply.status >= 400 && reply.status < 500 && !hasStack(reply);
    // A form may answer with a redirect; JSON in its place has other things than texts in it.
    const odd = `{"${fields.email}":{},"${fields.password}":{"toString":1}}`;
    const atLogin = await stage.open().post(login, odd);
    return gotThrough(!replies.every(isRefusal) || atLogin.status >= 500 || hasStack(atLogin));
  },
};

const at = (path: string, id: string) => path.replace(':id', encodeURIComponent(id));

/** @throws {Error} unless the app names no address of its own, and has nothing at the usual one */
function absent(address: string, usual: string, { status }: Reply): Outcome {
  if (address !== usual || status !== 404)
    throw new Error(`for Ada herself, ${address} answered ${status} and did nothing`);
  return 'not there';
}

export const foreignRename: Attack = {
  name: 'foreign-rename',
  tells: 'Eve renames a passkey of Ada’s by its id',
  async outcome(stage) {
    const { ada, eve, rename, renameField } = stage.contract;
    const hers = await stage.signedIn(ada);
    const { id } = await stage.owning(hers);
    const reply = await hers.form(at(rename, id), { [renameField]: 'Ada’s phone' });
    if ((await stage.api.nameOf(id)) !== 'Ada’s phone')
      return absent(rename, contractOfTheGuide.rename, reply);
    const browser = await stage.signedIn(eve);
    await browser.form(at(rename, id), { [renameField]: 'Eve was here' });
    return gotThrough((await stage.api.nameOf(id)) !== 'Ada’s phone');
  },
};

export const foreignDelete: Attack = {
  name: 'foreign-delete',
  tells: 'Eve deletes a passkey of Ada’s by its id',
  async outcome(stage) {
    const { ada, eve, remove } = stage.contract;
    const hers = await stage.signedIn(ada);
    const [first, second] = [await stage.owning(hers), await stage.owning(hers)];
    const reply = await hers.form(at(remove, first.id), {});
    if (await signsIn(stage, first.device)) return absent(remove, contractOfTheGuide.remove, reply);
    const browser = await stage.signedIn(eve);
    await browser.form(at(remove, second.id), {});
    return gotThrough(!(await signsIn(stage, second.device)));
  },
};

/** Whether a passkey of Ada still does: an app may delete its own record alone. */
async function signsIn(stage: Stage, device: Authenticator): Promise<boolean> {
  const browser = stage.open();
  await browser.signInWithPasskey(device);
  return browser.isSignedInAs(stage.contract.ada);
}

export const oldSession: Attack = {
  name: 'old-session',
  tells: 'Ada has left her computer eleven minutes ago, and Eve creates a passkey there',
  untried: ({ pass }) => (pass ? undefined : 'needs the clock of your app'),
  async outcome(stage) {
    const browser = await stage.signIn(stage.contract.ada);
    await stage.pass?.(11 * 60_000);
    const created = await stage.owning(browser).catch(() => null);
    return gotThrough(created !== null);
  },
};

export const lastWayIn: Attack = {
  name: 'last-way-in',
  tells: 'somebody without a password deletes their two passkeys at the same moment, and is locked out',
  untried: ({ contract }) => (contract.removePassword ? undefined : 'needs removePassword in the file'),
  async outcome(stage) {
    const { eve, remove, removePassword } = stage.contract;
    const browser = await stage.signIn(eve);
    const ids = [(await stage.owning(browser)).id, (await stage.owning(browser)).id];
    // One that the app knows nothing of opens nothing, so it must not count.
    await pastTheApp(stage, browser);
    const { status } = await browser.form(removePassword ?? '', {});
    const again = stage.open();
    await again.signIn(eve);
    if (await again.isSignedInAs(eve)) {
      // A step of the guide may be one before passwords can go; an app of one's own has named the address.
      if (stage.pass) return 'not there';
      throw new Error(`${removePassword} answered ${status}, and Eve still signs in with her password`);
    }
    await Promise.all(ids.map((id) => deleteAt(browser.twin(), at(remove, id))));
    const left = await Promise.all(ids.map((id) => stage.api.nameOf(id)));
    return gotThrough(left.every((name) => name === undefined));
  },
};

const deleteAt = (browser: Browser, path: string) => browser.form(path, {});
