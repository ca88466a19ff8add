/** The types of what a request carries from one middleware to the next. Must not know how any of it comes about. */
import type Router from '@koa/router';
import type { ParameterizedContext } from 'koa';
import type { AccountFacts } from '../../accounts/user.ts';
import type { Page } from './views.ts';

/** Shows a form again with what was typed. @param refusal why, and when to try again, as a sentence */
export type FormAgain = (ctx: AppContext, refusal: string) => unknown;

export type AppState = {
  requestId: string;
  /** The client's address, the right-most one that no trusted proxy vouches for. */
  address: string;
  /** The request came over https, to us or to a trusted proxy. */
  secure: boolean;
  /** What the log calls the address; see route-names.ts. Absent when the target is no path. */
  route?: string;
  /** Who is signed in; absent for guests. */
  user?: AccountFacts;
  /** Whether a password alone is not enough for whoever is signed in; absent for guests. */
  asksSecondFactor?: boolean;
  /** Why the body could not be read; see middleware/body.ts. */
  bodyFault?: unknown;
  /** How the form that was sent comes back when a limit is met; see comes-back.ts. */
  formAgain?: FormAgain;
};

type Extras = {
  render(page: Page): void;
  /** See cookies.ts. The same for every request, and therefore set once, on the application. */
  cookiePrefix: string;
  /** Of the route that matched. */
  params?: Record<string, string>;
};

export type AppContext = ParameterizedContext<AppState, Extras>;
export type AppRouter = Router<AppState, Extras>;
export type AppMiddleware = (ctx: AppContext, next: () => Promise<unknown>) => Promise<unknown>;

/** The account of whoever is signed in, as it was when the request was taken; for routes behind requireUser. */
export function currentUser(ctx: AppContext): AccountFacts {
  if (!ctx.state.user) throw new Error('this route is not behind requireUser');
  return ctx.state.user;
}

/**
 * Whether a password alone is not enough for whoever is signed in, as it was when the request was taken: what their page
 * asks for. What is enough is decided again in the transaction of each act.
 */
export function asksSecondFactor(ctx: AppContext): boolean {
  return ctx.state.asksSecondFactor !== false;
}
