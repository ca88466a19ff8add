/**
 * An act that is confirmed with the signature of a passkey: both stages. What is signed is computed here, from what the
 * account is at that moment; of the page there is only the name of what it showed.
 */
import { type ActName, actData } from '../../operations/act-data.ts';
import { actChanged, digestOf, type Passkeys, type SignedAct } from '../../passkeys/passkeys.ts';
import { readTickets, rememberTicket } from '../http/ceremony-cookie.ts';
import { type AppContext, currentUser } from '../http/context.ts';
import { eventSourceOf, personOf } from '../http/visitor.ts';
import { parseCeremony } from '../passkeys/ceremony-request.ts';

type Dependencies = { passkeys: Passkeys; secure: boolean };

/**
 * @param done does what was signed. @returns where to go then
 * @throws {AppError} `act_changed` when the page showed something else than what would be signed
 */
export async function signedAct(
  ctx: AppContext,
  { passkeys, secure }: Dependencies,
  name: ActName,
  done: (signed: SignedAct) => Promise<string>,
): Promise<void> {
  const request = parseCeremony(ctx);
  ctx.set('Cache-Control', 'no-store');
  const act = actData(name, currentUser(ctx), await passkeys.listFor(currentUser(ctx).id));
  const terms = { act };
  if (request.stage === 'start') {
    if (ctx.query.shown !== digestOf(act)) throw actChanged();
    const { options, ticket, expiresIn } = await passkeys.beginConfirmation(personOf(ctx), terms);
    rememberTicket(ctx, ticket, expiresIn, secure);
    ctx.body = { loginOptions: options, expiresIn };
    return;
  }
  const tickets = readTickets(ctx, secure);
  const signed = await passkeys.confirmAct(
    personOf(ctx),
    terms,
    request.credential,
    tickets,
    eventSourceOf(ctx),
  );
  ctx.body = { redirect: await done(signed) };
}
