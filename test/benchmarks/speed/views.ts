/** Templates for floors and peers, made of our own answers: the same bytes, with title and address to fill in. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { paths } from '../../../src/paths.ts';
import { expecting } from '../measuring/client.ts';
import type { Latchkey } from '../measuring/latchkey.ts';
import { openPage, signInWithPassword } from '../measuring/people.ts';

/** @param n who has passkeys to show. @returns the directory of the templates, for Eta and for EJS */
export async function writeViews(latchkey: Latchkey, n: number, directory: string): Promise<string> {
  const views = path.join(directory, 'views');
  await mkdir(views);
  const person = latchkey.person(n);
  const login = await plainPage(latchkey, paths.login);
  await signInWithPassword(person);
  // The first one has news that the others have not.
  await openPage(person, paths.dashboard);
  const dashboard = (await expecting(200, person.browser.get(paths.dashboard))).text;
  await writeFile(path.join(views, 'login.eta'), templateOf(login, person.email, 'it.'));
  await writeFile(path.join(views, 'dashboard.eta'), templateOf(dashboard, person.email, 'it.'));
  await writeFile(path.join(views, 'dashboard.ejs'), templateOf(dashboard, person.email, ''));
  return views;
}

/** @param values what the language of the template says before the name of a value */
function templateOf(html: string, email: string, values: string): string {
  return html
    .replace(/<title>.*<\/title>/, `<title><%= ${values}title %></title>`)
    .replaceAll(email, `<%= ${values}email %>`);
}

/** As it is before it is compressed. */
async function plainPage({ server }: Latchkey, page: string): Promise<string> {
  const answer = await fetch(server.url + page, { headers: { 'X-Forwarded-Proto': 'https' } });
  return answer.text();
}
