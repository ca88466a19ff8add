/**
 * A walk through every page, full and empty, with what is wrong in its form, or refused. Gathers what was sent as HTML;
 * whether every route does its work is what every-route.ts tells.
 */
import { paths, signInPath, verifySignInPath } from '../../src/paths.ts';
import { sessionsOf } from './aged-session.ts';
import { person, type TestApp } from './app.ts';
import { oneLinkOfEachKind } from './mailed-links.ts';
import { createVisitor, type Visitor } from './visitor.ts';
import { brokenAnswer, type Wire } from './wire.ts';

export type SeenPage = { method: string; path: string; status: number; html: string };

/**
 * @param running with a mail server in its settings, which is asked nothing
 * @param wire between it and its passkey service, which is away for a moment
 * @returns what was sent, some of it twice
 */
export async function seeEveryPage(running: TestApp, wire: Wire): Promise<SeenPage[]> {
  const pages: SeenPage[] = [];
  const see = async (asked: ReturnType<Visitor['get']>) => {
    const { method, url } = asked;
    const { status, text: html, type } = await asked;
    const { pathname: path } = new URL(url);
    if (type === 'text/html') pages.push({ method, path, status, html });
  };
  for (const story of [comeAsNobody, goAbout, askForMore, followLinks]) await story(running, see, wire);
  return pages;
}

type See = (asked: ReturnType<Visitor['get']>) => Promise<void>;

/** Every page that has no id in its address. */
async function seeAll({ app }: TestApp, see: See, { get }: Visitor): Promise<void> {
  for (const { methods, path } of app.router.stack)
    if (methods.includes('GET') && typeof path === 'string' && !path.includes(':')) await see(get(path));
}

async function comeAsNobody(running: TestApp, see: See): Promise<void> {
  const visitor = createVisitor(running);
  const { get, postForm, signIn } = visitor;
  await seeAll(running, see, visitor);
  await see(get('/nowhere'));
  await see(signIn({ email: '', password: '' }));
  await see(signIn({ email: 'nobody@example.com', password: 'a-wrong-password' }));
  await see(postForm(paths.signUp, { email: '"', password: 'short' }));
  for (const page of [paths.forgotPassword, paths.knownDevice]) await see(postForm(page));
}

/** Before there is a passkey, with two of them, and while the passkey service is away. */
async function goAbout(running: TestApp, see: See, wire: Wire): Promise<void> {
  const [here, elsewhere] = [createVisitor(running), createVisitor(running)];
  for (const visitor of [elsewhere, here]) await visitor.signIn();
  await seeAll(running, see, here);
  await elsewhere.createPasskey();
  const { id } = (await here.createPasskey()).body.passkey;
  const [other] = await sessionsOf(running);
  const withIds = [
    paths.renamePasskey(id),
    paths.deletePasskey(id),
    paths.endSession(other?.data.signInId ?? ''),
  ];
  const filled = [paths.dashboard, paths.security, paths.sessions, paths.activity, '/dev/ceremonies'];
  for (const page of [...withIds, ...filled, '/nowhere']) await see(here.get(page));
  for (const page of [paths.email, paths.password, paths.deleteAccount, paths.reauth])
    await see(here.postForm(page));
  await see(here.postForm(paths.renamePasskey(id), { name: '' }));
  wire.before = brokenAnswer;
  await see(here.get(paths.dashboard));
  wire.mend();
}

/** A passkey after the password, from both sides. */
async function askForMore(running: TestApp, see: See, wire: Wire): Promise<void> {
  const owner = { email: 'careful@example.com', password: person.password };
  await running.createAccount(owner.email, owner.password);
  const visitor = createVisitor(running);
  const { get, postForm } = visitor;
  await visitor.signIn(owner);
  await visitor.createPasskey();
  await see(get(paths.secondFactor));
  await see(get((await postForm(paths.turnOnSecondFactor)).headers.location ?? ''));
  await visitor.signInWithPasskey();
  await see(get(paths.turnOnSecondFactor));
  await postForm(paths.turnOnSecondFactor);
  const settings = [paths.recoveryCodes, paths.recoveryCodes, paths.secondFactor, paths.turnOffSecondFactor];
  for (const page of [...settings, paths.security, paths.reauth]) await see(get(page));
  await see(postForm(paths.turnOnSecondFactor));
  await see(postForm(paths.reauth, { password: person.password }));

  await visitor.signIn(owner);
  const codePage = verifySignInPath(paths.dashboard, 'code');
  for (const page of [paths.verifySignIn, codePage]) await see(get(page));
  await see(postForm(paths.verifySignIn, { code: 'x' }));
  wire.before = brokenAnswer;
  await see(get(paths.verifySignIn));
  wire.mend();
  await visitor.signOut();
  for (const ended of ['sign_in', 'session'] as const) await see(get(signInPath(paths.dashboard, ended)));
}

/** What mails lead to: a new password and a look at the passkeys, a secured account; and a deleted one. */
async function followLinks(running: TestApp, see: See): Promise<void> {
  const { links } = await oneLinkOfEachKind(running);
  const { get, postForm } = createVisitor(running);
  const linkTo = (page: string) => links.find(({ path }) => path.startsWith(page))?.path ?? '';
  for (const { path } of links) await see(get(path));
  const reset = linkTo(paths.resetPassword(''));
  await see(postForm(reset));
  await postForm(reset, { password: 'no-2-of-the-difference-engines' });
  await see(get(reset));
  await see(get(paths.reviewPasskeys));
  await see(postForm(linkTo(paths.lockdown(''))));
  const leaver = createVisitor(running);
  await leaver.signIn();
  await leaver.postForm(paths.deleteAccount, person);
  await see(leaver.get(paths.goodbye));
}
