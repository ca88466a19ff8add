/** Attacks by the other side: the passkey API hangs, says nothing, or is not the one it should be. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type Trouble, troubles } from '../../../src/passkey-api/troubles.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { type Attack, gotThrough, type Stage } from './attack.ts';
import type { Reply } from './browser.ts';

/** What a page never shows: where an error came from, in the words of Node. */
const hasStack = ({ text }: Reply) => /\n\s+at |&nbsp;at |node_modules|node:internal/.test(text);

/** Whether a reply shows the insides of the app or has another status than one of these; then it is the hole. */
export function isWrong(reply: Reply, lowest: number, highest: number): boolean {
  const { status, exchange } = reply;
  if (status < lowest || status > highest)
    exchange.wrong = `should be ${lowest === 400 && highest === 599 ? 'an error' : `${lowest} to ${highest}`}`;
  if (hasStack(reply)) exchange.wrong = 'shows the insides of the app';
  return exchange.wrong !== undefined;
}

export const forgedToken: Attack = {
  name: 'forged-token',
  tells: 'somebody between the app and the API answers Eve’s sign-in with a token that says Ada',
  async outcome(stage) {
    const { ada, eve } = stage.contract;
    const hers = await stage.owned(ada);
    const { device, id } = await stage.owning(await stage.signedIn(eve));
    // Eve's answer may also bear the id of Ada's passkey, which is no secret.
    for (const cred of [id, hers.id]) {
      const claims = { sub: hers.userId, cred, aud: [new URL(stage.origin).hostname] };
      for (const token of await forgeries(stage, claims)) {
        const browser = stage.open('eve');
        const answer = device.get(await browser.startSigningIn(), stage.origin);
        const named = { ...answer, id: cred, rawId: cred };
        await stage.api.during(sending(token), () => browser.finishSigningIn(named));
        if (await browser.gotInAs(ada)) return 'got through';
      }
    }
    return 'stopped';
  },
};

/** Of nobody whom the app knows, so its strength is no matter, and a short one is made at once. */
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });

/** One signed by nobody, and one by another key, which it gives the name of the right one. */
async function forgeries({ api }: Stage, claims: Record<string, unknown>): Promise<string[]> {
  const { keys } = (await (await fetch(`${api.baseUrl}/${api.tenantId}/.well-known/jwks.json`)).json()) as {
    keys: { kid: string }[];
  };
  const now = Math.floor(Date.now() / 1_000);
  const payload = { ...claims, iat: now, exp: now + 300 };
  const token = (header: object) => [header, payload].map(encoded).join('.');
  const named = token({ alg: 'RS256', kid: keys[0]?.kid ?? '', typ: 'JWT' });
  const signature = sign('sha256', Buffer.from(named), privateKey).toString('base64url');
  return [`${token({ alg: 'none', typ: 'JWT' })}.`, `${named}.${signature}`];
}

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

const sending =
  (token: string): Trouble =>
  ({ url = '' }, response) => {
    if (!url.endsWith('/login/finalize')) return false;
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ token }));
    return true;
  };

/** Milliseconds after which whoever waits for a page has gone. */
const patience = 8_000;
/** Milliseconds for an answer to arrive whose time has come. */
const delivery = 2_000;
const asked = { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } } as const;

export const hangingApi: Attack = {
  name: 'hanging-api',
  tells: 'the API takes requests and never answers, and everybody waits with it',
  async outcome(stage) {
    const { ada } = stage.contract;
    const browser = await stage.signedIn(ada);
    const begun = stage.open('visitor');
    const requests = [
      () => begun.answersWithin(patience, stage.contract.signInStart, asked),
      () => browser.answersWithin(patience, stage.contract.createStart, asked),
      () => browser.answersWithin(patience, stage.contract.account),
    ];
    return gotThrough(!(await (stage.pass ? answerInTime(stage, requests) : allAnswer(stage, requests))));
  },
};

type Requests = (() => Promise<boolean>)[];

/** Waits as long as people would. */
async function allAnswer({ api }: Stage, requests: Requests): Promise<boolean> {
  const answered = await api.during(troubles.hang, () => Promise.all(requests.map((request) => request())));
  return !answered.includes(false);
}

/** The same where the clock of the app can be moved: as soon as a request is with the API, that time has passed. */
async function answerInTime({ api, pass }: Stage, requests: Requests): Promise<boolean> {
  for (const request of requests) {
    const asking = new EventEmitter();
    const heard = once(asking, 'asked');
    const answered = await api.during(
      () => asking.emit('asked'),
      async () => {
        const answer = request();
        await Promise.race([heard, answer]);
        await pass?.(patience);
        return Promise.race([answer, pause(delivery, false, { ref: false })]);
      },
    );
    if (!answered) return false;
  }
  return true;
}

/** What a server sends that has gone wrong: an empty body without a length, an answer of another kind, nothing in it. */
const emptyAnswers: Trouble[] = [
  troubles.empty,
  (_, response) => Boolean(response.writeHead(200, { 'Content-Type': 'application/json' }).end('null')),
  (_, response) => Boolean(response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')),
  (_, response) =>
    Boolean(response.writeHead(502, { 'Content-Type': 'text/html' }).end('<p>Bad gateway</p>')),
];

export const emptyAnswer: Attack = {
  name: 'empty-answer',
  tells: 'the API answers with nothing, or with the page of a proxy, and the app takes it for an answer',
  async outcome(stage) {
    const { ada } = stage.contract;
    const hers = await stage.signedIn(ada);
    const { device } = await stage.owned(ada);
    const wrong: Reply[] = [];
    for (const trouble of emptyAnswers) {
      const browser = stage.open('ada');
      const answer = device.get(await browser.startSigningIn(), stage.origin);
      const made = createAuthenticator().create(await hers.startCreating(), stage.origin);
      const replies = await stage.api.during(trouble, async () => [
        await browser.finishSigningIn(answer),
        await hers.finishCreating(made),
        await browser.post(stage.contract.signInStart, '{}'),
      ]);
      stage.made(made.id);
      wrong.push(...replies.filter((reply) => isWrong(reply, 400, 599)));
    }
    return gotThrough(wrong.length > 0);
  },
};
