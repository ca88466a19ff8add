/** Attacks with what no browser sends, and with what is somebody else's. */
import type { Authenticator } from '../../support/authenticator.ts';
import { type Attack, gotThrough, type Outcome, type Stage } from './attack.ts';
import type { Reply } from './browser.ts';
import { contractOfTheGuide } from './contract.ts';
import { isWrong } from './service.ts';

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
  tells:
    'what is no answer of a passkey is sent as one, and the app takes it, calls it its own fault (5xx), or shows its insides',
  async outcome(stage) {
    const { login, fields, signInFinish, createFinish, ada } = stage.contract;
    const browser = await stage.signedIn(ada);
    const replies: Reply[] = [];
    for (const path of [signInFinish, createFinish]) {
      for (const body of bodies) replies.push(await browser.postOddly(path, body));
      // The right challenge and nothing else.
      const { challenge } = (
        await (path === createFinish ? browser.startCreating() : browser.startSigningIn())
      ).publicKey;
      const clientDataJSON = clientData(JSON.stringify({ challenge }));
      replies.push(await browser.postOddly(path, JSON.stringify({ id: 'x', response: { clientDataJSON } })));
    }
    // A form may answer with a redirect; JSON in its place has other things than texts in it.
    const odd = `{"${fields.email}":{},"${fields.password}":{"toString":1}}`;
    const atLogin = await stage.open('visitor').postOddly(login, odd);
    const wrong = [
      ...replies.filter((reply) => isWrong(reply, 400, 499)),
      ...(isWrong(atLogin, 200, 499) ? [atLogin] : []),
    ];
    return gotThrough(wrong.length > 0);
  },
};

/** An address of the contract with an id in its place. */
export const at = (path: string, id: string) => path.replace(':id', encodeURIComponent(id));

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
    const { exchange } = await browser.form(at(rename, id), { [renameField]: 'Eve was here' });
    const through = (await stage.api.nameOf(id)) !== 'Ada’s phone';
    if (through) exchange.wrong = 'should not rename';
    return gotThrough(through);
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
    const { exchange } = await browser.form(at(remove, second.id), {});
    const through = !(await signsIn(stage, second.device));
    if (through) exchange.wrong = 'should not delete';
    return gotThrough(through);
  },
};

/** Whether a passkey of Ada still does: an app may delete its own record alone. */
async function signsIn(stage: Stage, device: Authenticator): Promise<boolean> {
  const browser = stage.open('ada');
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
    if (created) created.reply.exchange.wrong = 'should ask for a proof';
    return gotThrough(created !== null);
  },
};
