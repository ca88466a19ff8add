/** Where an app has what the attacks need. An app of one's own names what is different there. */

export type Account = { email: string; password: string };

export type Contract = {
  /** Takes the form of {@link fields}. */
  login: string;
  fields: { email: string; password: string };
  /** Shows the email address of whoever is signed in, and answers everybody else with something else than 200. */
  account: string;
  /** Each takes JSON; a finish takes the answer of the browser as it is. */
  createStart: string;
  createFinish: string;
  signInStart: string;
  signInFinish: string;
  /** Form posts, with the id in place of `:id`. One that is named here has to work for Ada. */
  rename: string;
  /** The field of that form which has the new name. */
  renameField: string;
  remove: string;
  /** Makes passkeys the only way in. Null: not tried, since it cannot be taken back. */
  removePassword: string | null;
  ada: Account;
  eve: Account;
};

/** What the steps of the guide have. */
export const contractOfTheGuide: Contract = {
  login: '/login',
  fields: { email: 'email', password: 'password' },
  account: '/',
  createStart: '/passkeys/create/start',
  createFinish: '/passkeys/create/finish',
  signInStart: '/passkeys/sign-in/start',
  signInFinish: '/passkeys/sign-in/finish',
  rename: '/passkeys/:id/rename',
  renameField: 'name',
  remove: '/passkeys/:id/delete',
  removePassword: null,
  ada: { email: 'ada@example.com', password: 'analytical-engine-1843' },
  eve: { email: 'eve@example.com', password: 'between-the-two-1988' },
};
