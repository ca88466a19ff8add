/** Proving once more who one is, by password; the page offers the passkey as well. The session stays the same. */
import * as z from 'zod';
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { pathAfterProof } from '../http/arrival.ts';
import { comesBack } from '../http/comes-back.ts';
import { type AppContext, type AppRouter, asksSecondFactor, currentUser } from '../http/context.ts';
import { knownDevice } from '../http/device-cookie.ts';
import { enterPassword } from '../http/field-words.ts';
import { parseForm, typedCode, typedFields } from '../http/input.ts';
import { safeReturnTo, seeOther } from '../http/redirect.ts';
import { continueSession, currentSession } from '../http/session.ts';
import { acceptsUnvouched, sourceOf, visitorOf } from '../http/visitor.ts';
import { type ReauthForm, reauthPage } from './reauth-page.ts';
import { mistypedCode, wrongPassword } from './sign-in-words.ts';

type Dependencies = {
  passkeys: Passkeys;
  operations: Operations;
  origin: string;
  secure: boolean;
  /** Whether mail can be sent at all. */
  mail: boolean;
};

const proof = z.object({ password: z.string().min(1), code: typedCode });
const typed = z.object({
  return_to: z.string().catch(''),
  from: z.string().catch(''),
  code: typedCode,
});

/** GET and POST /reauth. */
export function reauthRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, origin, secure } = dependencies;

  router.get(paths.reauth, async (ctx) => {
    await show(ctx, dependencies, { returnTo: safeReturnTo(ctx.query.return_to, origin) });
  });

  const returnToOf = (ctx: AppContext) => safeReturnTo(typedFields(ctx, typed).return_to, origin);
  const back = comesBack((ctx, problem) => show(ctx, dependencies, { returnTo: returnToOf(ctx), problem }));

  router.post(paths.reauth, back, async (ctx) => {
    const form = parseForm(ctx, proof);
    const returnTo = returnToOf(ctx);
    const again = (problem: string, isOfCode = false) => {
      ctx.status = 422;
      return show(ctx, dependencies, { returnTo, problem, isOfCode });
    };
    if (!form.success) return again(enterPassword);
    const user = currentUser(ctx);
    const given = { user, ...form.data, device: knownDevice(ctx, secure)(user.email) };
    const confirmed = await operations.confirmWithPassword(currentSession(ctx), given, sourceOf(ctx));
    if (typeof confirmed === 'string') return again(mistyped[confirmed], confirmed !== 'password');

    seeOther(ctx, pathAfterProof(returnTo, confirmed.codesLeft));
    continueSession(ctx, confirmed.renamed);
  });
}

const mistyped = { password: wrongPassword, ...mistypedCode };

async function show(
  ctx: AppContext,
  { passkeys, origin, mail: sendsMail }: Dependencies,
  form: Pick<ReauthForm, 'returnTo' | 'problem' | 'isOfCode'>,
): Promise<void> {
  const visitor = visitorOf(ctx);
  const { hasPassword, passkeysHeldSince } = currentUser(ctx);
  const listed = await passkeys.listOrNull(visitor.id);
  const opening = await passkeys.thatOpenNow(visitor.id, listed ?? [], passkeysHeldSince);
  const usable = opening.filter(({ secondFactorOnly }) => !secondFactorOnly);
  const hasPasskey = usable.some(({ vouched }) => vouched || acceptsUnvouched(ctx));
  const from = pageBefore(ctx, origin);
  const available = listed !== null;
  const facts = {
    from,
    hasPassword,
    hasPasskey,
    available,
    sendsMail: sendsMail && visitor.address !== null,
  };
  const asked = { asksCode: asksSecondFactor(ctx), onlyPasskey: ctx.query.by === 'passkey' };
  // It is long, and the password may be all that was wrong.
  const code = ctx.method === 'POST' ? typedFields(ctx, typed).code : '';
  ctx.render(reauthPage(visitor, { ...form, ...facts, ...asked, typed: code }));
}

/** Where somebody was, as the browser says, or the form that comes back; empty when nobody says. */
function pageBefore(ctx: AppContext, origin: string): string {
  const from = ctx.method === 'POST' ? typedFields(ctx, typed).from : ctx.get('Referer');
  return from === '' ? '' : safeReturnTo(from, origin);
}
