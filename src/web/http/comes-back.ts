/**
 * Forms that meet a limit come back: with what was typed, but for passwords, and with when to try again. Knows no form and
 * no limit; the error handler (middleware/render-errors.ts) shows them instead of its page.
 */
import type { AppMiddleware, FormAgain } from './context.ts';

/** Stands before whatever may refuse the form: limits on requests, and the operation. */
export function comesBack(again: FormAgain): AppMiddleware {
  return (ctx, next) => {
    ctx.state.formAgain = again;
    return next();
  };
}
