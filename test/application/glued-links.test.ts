/** Mailed links as they come out of mail programs: with what stood behind them in a sentence, a list or a quotation. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { type MailedLink, oneLinkOfEachKind } from '../support/mailed-links.ts';
import { formType, send } from '../support/request.ts';

let running: TestApp;
let links: MailedLink[];
beforeAll(async () => {
  running = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
  links = (await oneLinkOfEachKind(running)).links;
}, 30_000);
afterAll(() => running.close());

/** What was seen behind links; as a browser sends it. One place takes it off, whatever the link is for. */
const glued = [
  ...['.', ')', '>', '%3E', ']', ',', ';', ':', '!', "'", '"', '*', '**', '…', '%E2%80%A6', '%E2%80%9D'],
  // Markup: emphasis, whose signs are letters of a secret as well; entities; quoted-printable.
  ...['_', '-', '&gt;', '&amp;', '%3C/a%3E', '=', '=20', '=0D=0A', '%0D%0A', '>.', ').', '%5D(https:'],
  // Blanks that are seen and that are not.
  ...['%20', '+', '%C2%A0', '%E2%80%8B', '%EF%BB%BF', '%09'],
  // Slashes, and what is no escape.
  ...['/', '//', '/.', '/%20', '/)', '%2F', '%5C', '%zz', '%', '/%zz'],
  // Counters of visits.
  ...['?', '??', '?utm_source=mail&utm_medium=link', '?fbclid=x', '/?utm_source=mail', '.?x=/', '&utm=x'],
].map((text) => text.replace('…', encodeURIComponent('…')));

describe('a mailed link', () => {
  const inFront = 'something in front';

  it('opens its page whatever a mail program has glued to its end, and the button of the page has nothing of it', async () => {
    expect(links).toHaveLength(5);
    const broken: string[] = [];
    for (const [index, { kind, path }] of links.entries()) {
      const clean = await send(running, path);
      expect(clean.status, kind).toBe(200);
      for (const end of index === 0 ? glued : ['.', '%3E', '/', '%zz', '?utm_source=mail&utm_medium=link']) {
        const { status, text } = await send(running, path + end);
        if (status !== 200 || text !== clean.text) broken.push(`${kind} ${end} ${status}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it('works once also when its button was pressed on such an address', async () => {
    const post = (path: string) =>
      send(running, path, { method: 'POST', headers: formType, body: 'password=no-2-of-the-engines' });
    const { path = '' } = links.find(({ kind }) => kind === 'a known browser') ?? {};
    expect([(await post(`${path})/`)).status, (await post(path)).status]).toEqual([303, 410]);
  });

  it.each([
    [inFront, (secret: string) => `(${secret}`],
    ['a blank in front', (secret: string) => `%20${secret}`],
    ['a line break inside', (secret: string) => `${secret.slice(0, 9)}=${secret.slice(9)}`],
    ['its last letter cut off', (secret: string) => secret.slice(0, -1)],
    ['its last letter cut off and a full stop', (secret: string) => `${secret.slice(0, -1)}.`],
    [
      'another letter at its end',
      (secret: string) => `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`,
    ],
  ])('is told to be gone with %s', async (title, change) => {
    // As above: one place reads the secret of a link, whatever it is for.
    for (const { kind, path, secret } of title === inFront ? links : links.slice(0, 1)) {
      const answer = await send(running, path.replace(secret, change(secret)));
      expect(answer.status, kind).toBe(410);
      expect(answer.text).toContain('This link no longer works');
    }
  });
});
