/** The ceremony viewer, as a developer meets it: beside the application, and nowhere without it. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCeremonyViewer } from '../../src/development/ceremony-viewer.ts';
import { paths } from '../../src/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { type Authenticator, createAuthenticator } from '../support/authenticator.ts';
import { send } from '../support/request.ts';
import { createVisitor } from '../support/visitor.ts';

const root = path.resolve(import.meta.dirname, '../..');
const address = '/dev/ceremonies';
const stylesheet = '/dev/ceremonies.css';
const aaguid = Uint8Array.from(Buffer.from('ea9b8d664d011d213ce4b6b48cb575d4', 'hex'));

let running: TestApp;
beforeAll(async () => {
  running = await startApp({ development: createCeremonyViewer(root) });
});
afterAll(() => running.close());

type Shown = { heading: string; text: string; rows: Record<string, { value: string; step: string }> };

/** The ceremonies of the page, newest first and those without a finish last, rows by section and field. */
async function shown(): Promise<Shown[]> {
  const { text } = await send(running, address);
  return text
    .split('<details class="card')
    .slice(1)
    .map((part) => ({
      heading: plain(/<h2>(.*?)<\/h2>/.exec(part)?.[1] ?? ''),
      text: part,
      rows: Object.fromEntries(part.split('<table>').slice(1).flatMap(rowsOf)),
    }));
}

function rowsOf(table: string) {
  const title = /<caption>(.*?)<\/caption>/.exec(table)?.[1];
  const row =
    /<tr><th scope="row">(.*?)<\/th><td><code>(.*?)<\/code><\/td><td class="step">(.*?)<\/td><\/tr>/g;
  return [...table.matchAll(row)].map(([, field = '', value = '', step = '']) => [
    `${title}: ${field}`,
    { value: plain(value), step: plain(step) },
  ]);
}

const plain = (html: string) => html.replaceAll(/<[^>]*>/g, '').replaceAll('&quot;', '"');

const somebody = (authenticator: Authenticator = createAuthenticator({ aaguid })) =>
  createVisitor(running, authenticator);

describe('the page', () => {
  let empty: TestApp;
  beforeAll(async () => {
    empty = await startApp({ development: createCeremonyViewer(root) });
    return () => empty.close();
  });

  it('says how to fill it, while there was no ceremony', async () => {
    const page = await send(empty, address);
    expect(page.status).toBe(200);
    expect(page.text).toContain('None yet');
    expect(page.text).toContain(`Create a passkey on the <a href="${paths.dashboard}">dashboard</a>`);
    expect(page.text).not.toContain('<details class="card');
  });

  it('is stored nowhere, and has a stylesheet of its own and no style or script inside', async () => {
    const page = await send(empty, address);
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.text).toContain(`<link rel="stylesheet" href="${stylesheet}">`);
    expect(page.text).not.toMatch(/<script(?![^>]*\ssrc=")|<style|\sstyle=|\son[a-z]+=|undefined/);
    const styles = await send(empty, stylesheet);
    expect([styles.status, styles.headers['content-type']]).toEqual([200, 'text/css; charset=utf-8']);
    expect(styles.headers['cache-control']).toBe('no-store');
    expect(styles.text).not.toMatch(/url\(|@import|https?:/);
  });
});

it('is a link on the page for signing in', async () => {
  const link = `<a href="${address}">`;
  expect((await send(running, paths.login)).text).toContain(link);
  expect((await send(running, paths.lostPasskey)).text).not.toContain(link);
});

describe('a ceremony', () => {
  it('is shown decoded, each field beside its step: a registration and a sign-in', async () => {
    const before = await shown();
    const visitor = somebody();
    await visitor.signIn();
    const { id } = (await visitor.createPasskey()).body.passkey;
    await visitor.signOut();
    expect((await visitor.signInWithPasskey()).status).toBe(200);

    const [signIn, registration, ...others] = await shown();
    expect(others.map(({ heading }) => heading)).toEqual(before.map(({ heading }) => heading));
    const userId = await running.database.db('users').where({ email: person.email }).first('id');

    expect(registration?.heading).toBe('Registration: accepted');
    expect(registration?.text.match(/<time datetime="\d{4}-\d\d-\d\dT[\d:.]+Z">/g)).toHaveLength(2);
    expect(registration?.rows).toMatchObject({
      'Creation options: rp.id': { value: 'localhost', step: expect.stringMatching(/^7\.1 step 14:/) },
      'Creation options: user.id': { value: userId.id },
      'Credential: id': { value: id },
      'Client data: type': { value: 'webauthn.create', step: '7.1 step 7: webauthn.create' },
      'Client data: challenge': { value: registration?.rows['Creation options: challenge']?.value },
      'Client data: origin': { value: running.origin, step: expect.stringMatching(/^7\.1 step 9:/) },
      'Attestation object: fmt': { value: 'none', step: expect.stringMatching(/^7\.1 step 21:/) },
      'Authenticator data: rpIdHash': { value: expect.stringMatching(/ \(SHA-256 of localhost\)$/) },
      'Authenticator data: UP, user present': { value: 'set', step: expect.stringMatching(/^7\.1 step 15:/) },
      'Authenticator data: UV, user verified': {
        value: 'set',
        step: expect.stringMatching(/^7\.1 step 16:/),
      },
      'Authenticator data: AAGUID': { value: expect.stringContaining('(Google Password Manager)') },
      'Authenticator data: key algorithm': { value: 'ES256 (-7)' },
      'Token claims: sub': { value: userId.id, step: expect.stringMatching(/^Hanko API:/) },
      'Token claims: cred': { value: id },
    });

    expect(signIn?.text).toMatch(
      /It was spent at \d{4}-\d\d-\d\dT[\d:.]+Z, before anything else was looked at/,
    );
    expect(signIn?.text).toContain(
      '<a href="https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion">7.2 step 11</a>: that of the options',
    );
    const sent = [...(signIn?.text ?? '').matchAll(/<pre>([\s\S]*?)<\/pre>/g)].map(([, json = '']) =>
      JSON.parse(plain(json)),
    );
    expect(sent).toMatchObject([
      { start: true },
      { publicKey: { challenge: signIn?.rows['Request options: challenge']?.value } },
      { finish: true, credential: { id, response: { signature: expect.any(String) } } },
    ]);

    expect(signIn?.heading).toBe('Sign-in: accepted');
    expect(signIn?.rows).toMatchObject({
      'Request options: userVerification': { value: 'required' },
      'Credential: userHandle': { value: userId.id, step: expect.stringMatching(/^7\.2 step 6:/) },
      'Client data: type': { value: 'webauthn.get', step: '7.2 step 10: webauthn.get' },
      'Client data: challenge': { value: signIn?.rows['Request options: challenge']?.value },
      'Authenticator data: UV, user verified': {
        value: 'set',
        step: expect.stringMatching(/^7\.2 step 17:/),
      },
      'Authenticator data: BS, backed up': { value: 'set' },
      'Token claims: aud': { value: expect.stringContaining('localhost') },
      'Token claims: exp': { value: expect.stringMatching(/^\d+ \(\d{4}-.*Z\)$/) },
    });
  });

  it('is shown while it waits for its finish', async () => {
    await somebody().postJson(paths.passkeyLogin, { start: true });
    const { text } = await send(running, address);
    expect(plain(text)).toContain('One that was begun and not finished');
    const newest = (await shown()).at(-1);
    expect(newest?.heading).toBe('Sign-in: started, not finished');
    expect(Object.keys(newest?.rows ?? {})).toContain('Request options: challenge');
    expect(Object.keys(newest?.rows ?? {}).join()).not.toContain('Client data');
  });

  it('that is refused is shown with the reason, without claims', async () => {
    const authenticator = createAuthenticator();
    const visitor = somebody(authenticator);
    await visitor.signIn();
    await visitor.createPasskey();
    const { start } = await visitor.signInAnswer();
    const foreign = authenticator.get(start.body.loginOptions, 'http://localhost:1');
    await visitor.postJson(paths.passkeyLogin, { finish: true, credential: foreign });

    const [newest] = await shown();
    expect(newest?.heading).toBe('Sign-in: the origin is another one');
    const checks = [
      ...(newest?.text ?? '').matchAll(/<span class="outcome">([^<]*)<\/span><\/th>.*<code>(.*?)<\/code>/g),
    ];
    expect(checks.map(([, verdict, file]) => [verdict, file]).slice(0, 3)).toEqual([
      ['passed', 'src/passkeys/tickets.ts'],
      ['refused: the origin is another one', 'src/passkeys/gate/gate.ts'],
      ['not reached', 'src/passkeys/passkey-state.ts'],
    ]);
    expect(newest?.rows['Client data: origin']?.value).toBe('http://localhost:1');
    expect(newest?.text).toContain('No token claims');
    expect(newest?.text).not.toContain('<caption>Token claims');
  });

  it('that is replayed is shown as another one, refused', async () => {
    const visitor = somebody();
    await visitor.signIn();
    const { credential } = await visitor.registrationAnswer();
    await visitor.postJson(paths.passkeyRegistration, { finish: true, credential });
    await visitor.postJson(paths.passkeyRegistration, { finish: true, credential });
    const headings = (await shown()).map(({ heading }) => heading);
    expect(headings.slice(0, 2)).toEqual([
      expect.stringMatching(/^Registration: (used before|no ticket of this browser)/),
      'Registration: accepted',
    ]);
  });

  it('is escaped and readable, whatever was posted', async () => {
    const hostile = `</code><script>alert(1)</script>"'><img src=x onerror=alert(2)>`;
    const clientDataJSON = Buffer.from(JSON.stringify({ type: hostile, [hostile]: hostile })).toString(
      'base64url',
    );
    const credential = {
      id: hostile,
      response: { clientDataJSON, authenticatorData: 'AAAA', userHandle: '_w' },
    };
    await somebody().postJson(paths.passkeyLogin, { finish: true, credential });
    const page = await send(running, address);
    expect([page.status, page.text.match(/<script/g)?.length]).toEqual([200, 1]);
    expect(page.text).not.toContain('<img');
    const [newest] = await shown();
    expect(newest?.text).toContain('The start of this ceremony is not known');
    expect(newest?.rows['Authenticator data: Authenticator data']?.value).toMatch(/^cannot be read: /);
  });
});

describe('without the development tools', () => {
  it('both addresses are like any other that does not exist', async () => {
    const bare = await startApp();
    const nowhere = await send(bare, '/dev/nowhere', { headers: { Accept: 'text/html' } });
    expect((await send(bare, paths.login)).text).not.toContain('/dev/');
    for (const unknown of [address, stylesheet]) {
      const answer = await send(bare, unknown, { headers: { Accept: 'text/html' } });
      expect([answer.status, answer.text]).toEqual([404, nowhere.text]);
    }
    await bare.close();
  });
});
