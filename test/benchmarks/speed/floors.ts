/** The floors: the least that the same libraries need for the same, each as a server of its own. */
import { hashPassword } from '../../../src/accounts/password.ts';
import { paths } from '../../../src/paths.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { type Browser, connectTo, expecting, repeat } from '../measuring/client.ts';
import { compiled } from '../measuring/compiled.ts';
import { origin } from '../measuring/latchkey.ts';
import { type Program, startMeasured } from '../measuring/measured-process.ts';
import { addressOf, emailOf, password } from '../measuring/people.ts';
import { type Load, nth } from '../measuring/rounds.ts';
import * as amounts from './amounts.ts';

const scripts = await compiled('pages', 'password', 'passkeys');
const people = 24;

/** @param views has a template for each path */
export function pagesFloor(views: string): Program {
  return { script: scripts.pages, env: { VIEWS: views }, firstPage: paths.login };
}

export async function startFloors(views: string) {
  const pages = await startMeasured(pagesFloor(views));
  const passwordHash = await hashPassword(password);
  const hashing = await startMeasured({
    script: scripts.password,
    env: { PASSWORD_HASH: passwordHash },
    firstPage: '/',
  });
  const ceremonies = await startMeasured({
    script: scripts.passkeys,
    env: { ORIGIN: origin },
    firstPage: '/',
  });
  const servers = [pages, hashing, ceremonies];
  const connections = servers.map(({ url }) => connectTo(url));
  const [reader, typist, holder] = connections.map((to) => to.browser(addressOf(0), origin)) as [
    Browser,
    Browser,
    Browser,
  ];
  const holders = Array.from({ length: people }, (_, n) => holderOf(holder, emailOf(n)));
  await repeat(people, 4, (n) => nth(holders, n).register());

  const page = (path: string) => ({
    ...amounts.page,
    server: pages,
    send: () => expecting(200, reader.get(path)),
  });
  return {
    loads: {
      login: page(paths.login),
      dashboard: page(paths.dashboard),
      password: {
        ...amounts.password,
        server: hashing,
        send: () => expecting(204, typist.post('/', { password })),
      },
      passkey: { ...amounts.passkey, server: ceremonies, send: (n) => nth(holders, n).signIn() },
      registration: {
        ...amounts.registration,
        server: ceremonies,
        send: (n) => holderOf(holder, emailOf(n)).register(),
      },
    } satisfies Record<string, Load>,
    stop: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

/** Somebody with an authenticator at the floor of the ceremonies. */
function holderOf(browser: Browser, name: string) {
  const authenticator = createAuthenticator();
  const ask = async (step: string, body: object) =>
    JSON.parse((await expecting(200, browser.post(step, body))).text);
  return {
    async register() {
      const publicKey = await ask('/register/start', { name });
      await ask('/register/finish', { credential: authenticator.create({ publicKey }, origin) });
    },
    async signIn() {
      const publicKey = await ask('/login/start', {});
      await ask('/login/finish', { credential: authenticator.get({ publicKey }, origin) });
    },
  };
}
