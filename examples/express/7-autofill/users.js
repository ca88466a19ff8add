// #region users
/** Two people, kept in memory. An app of your own has a table instead. */
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

function hashed(password) {
  const salt = randomBytes(16);
  return { salt, hash: scryptSync(password, salt, 32) };
}

const users = [
  {
    id: '6f1b0c1e-52a5-4f0e-9d55-0a6f8d7f4b11',
    email: 'ada@example.com',
    password: hashed('analytical-engine-1843'),
  },
  {
    id: 'c0a4de47-3c5b-4b0c-8f7e-5b1d2e9a7c22',
    email: 'eve@example.com',
    password: hashed('between-the-two-1988'),
  },
];
const nobody = { password: hashed('') };

const rowOf = (id) => users.find((user) => user.id === id);

/** The user as of now, or undefined. As from a table: what is changed later does not show in it. */
export function userById(id) {
  const row = rowOf(id);
  return row && { ...row };
}

/** The user, or undefined; as slow for an address that nobody has as for a wrong password. */
export function userWithPassword(email, password) {
  const user = users.find((one) => one.email === email);
  const { salt, hash } = user?.password ?? nobody.password;
  const given = typeof password === 'string' ? password : '';
  const right = timingSafeEqual(scryptSync(given, salt, 32), hash);
  return right && user?.password ? user : undefined;
}

export function forgetPassword(user) {
  rowOf(user.id).password = null;
}
// #endregion
