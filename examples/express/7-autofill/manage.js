/** What people do with their passkeys. Every change looks first whether the passkey is theirs. */
import { fetchFromApi } from './api.js';
import { credentialUrl, forget, passkeysOf } from './passkeys.js';
import { forgetPassword, userById } from './users.js';

/** A change that is not made. The message is for the person. */
export class NotPossible extends Error {
  status = 409;
}

// #region owned
/** The API changes any passkey of the tenant by its id, so the id must be one of this user's. */
async function owned(user, id) {
  const passkeys = await passkeysOf(user);
  if (!passkeys.some((passkey) => passkey.id === id)) throw new NotPossible('This passkey is not there.');
  return passkeys;
}
// #endregion

// #region rename
export async function rename(user, id, name) {
  const wanted = String(name ?? '').trim();
  if (wanted === '' || wanted.length > 100) throw new NotPossible('A name has 1 to 100 characters.');
  await owned(user, id);
  await change(id, 'PATCH', { name: wanted });
}

/** What the SDK has no call for, and deleting. */
function change(id, method, body) {
  const { url, apiKey } = credentialUrl(id);
  const headers = { apiKey, ...(body && { 'Content-Type': 'application/json' }) };
  return fetchFromApi(url, { method, headers, body: body && JSON.stringify(body) });
}
// #endregion

// #region last-way-in
export function remove(person, id) {
  return inTurn(person, async (user) => {
    const passkeys = await owned(user, id);
    if (!user.password && passkeys.length === 1)
      throw new NotPossible('This is your only way in: you have no password.');
    // First, so that it opens nothing even if the API does not answer.
    forget(id);
    await change(id, 'DELETE');
  });
}

export function removePassword(person) {
  return inTurn(person, async (user) => {
    const passkeys = await passkeysOf(user);
    if (passkeys.length === 0) throw new NotPossible('Create a passkey first: you have no other way in.');
    forgetPassword(user);
  });
}

const turns = new Map();

/** One change of a user after the other, each with the user read again: two at once would each find the other way in. */
function inTurn(person, act) {
  const next = () => act(userById(person.id));
  const turn = (turns.get(person.id) ?? Promise.resolve()).then(next, next);
  turns.set(person.id, turn);
  return turn;
}
// #endregion
