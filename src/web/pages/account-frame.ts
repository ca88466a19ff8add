/** What every page of somebody who is signed in has around it. */
import type { User } from '../../accounts/user.ts';
import { paths } from '../paths.ts';

/** Header fields: who is signed in, the way home, the way out. */
export function frame(user: User) {
  return { email: user.email, home: paths.dashboard, logoutAction: paths.logout };
}
