/** Attacks with what no browser sends, and with what is somebody else's. */
import { pastTheApp } from './answers.ts';
import { type Attack, gotThrough } from './attack.ts';
import type { Browser, Reply } from './browser.ts';
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
    const { signInFinish, createFinish, ada } = stage.contract;
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
    return gotThrough(!replies.every(isRefusal));
  },
};

const at = (path: string, id: string) => path.replace(':id', encodeURIComponent(id));

export const foreignPasskey: Attack = {
  name: 'foreign-passkey',
  tells: 'Eve renames and deletes a passkey of Ada’s by its id',
  async outcome(stage) {
    const { ada, eve, rename, remove } = stage.contract;
    const hers = await stage.signedIn(ada);
    const { id } = await stage.owning(hers);
    await hers.form(at(rename, id), { name: 'Ada’s phone' });
    if ((await stage.api.nameOf(id)) !== 'Ada’s phone') return 'not there';
    const browser = await stage.signedIn(eve);
    await browser.form(at(rename, id), { name: 'Eve was here' });
    await browser.form(at(remove, id), {});
    return gotThrough((await stage.api.nameOf(id)) !== 'Ada’s phone');
  },
};

export const oldSession: Attack = {
  name: 'old-session',
  tells: 'Ada has left her computer eleven minutes ago, and Eve creates a passkey there',
  async outcome(stage) {
    if (!stage.elevenMinutesLater) return 'not there';
    const browser = await stage.signIn(stage.contract.ada);
    await stage.elevenMinutesLater();
    const created = await stage.owning(browser).catch(() => null);
    return gotThrough(created !== null);
  },
};

export const lastWayIn: Attack = {
  name: 'last-way-in',
  tells: 'somebody without a password deletes their two passkeys at the same moment, and is locked out',
  async outcome(stage) {
    const { eve, remove, removePassword } = stage.contract;
    if (!removePassword) return 'not there';
    const browser = await stage.signIn(eve);
    const ids = [(await stage.owning(browser)).id, (await stage.owning(browser)).id];
    // One that the app knows nothing of opens nothing, so it must not count.
    await pastTheApp(stage, browser);
    await browser.form(removePassword, {});
    const again = stage.open();
    await again.signIn(eve);
    if (await again.isSignedInAs(eve)) return 'not there';
    await Promise.all(ids.map((id) => deleteAt(browser.twin(), at(remove, id))));
    const left = await Promise.all(ids.map((id) => stage.api.nameOf(id)));
    return gotThrough(left.every((name) => name === undefined));
  },
};

const deleteAt = (browser: Browser, path: string) => browser.form(path, {});
