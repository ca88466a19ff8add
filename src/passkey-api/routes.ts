/** Every address of a tenant on one screen. The ceremonies and the store do the work. */
import { apiKeyTest, givenApiKey, invalidKey, type KeyTest } from './api-key.ts';
import { readFields } from './body.ts';
import { answerList, answerOne, remove, rename } from './credentials.ts';
import { type ApiAnswer, type ApiRequest, json } from './exchange.ts';
import { loginFields, mfaLoginFields, parseFields, registrationFields, transactionFields } from './fields.ts';
import { beginLogin, finishLogin } from './login.ts';
import { ofSecondFactor } from './mfa.ts';
import { Problem } from './problem.ts';
import { beginRegistration, finishRegistration } from './registration.ts';
import type { CeremonyContext } from './settings.ts';
import type { StartLimit } from './start-limit.ts';
import { beginTransaction, finishTransaction } from './transaction.ts';

/** @param id the last segment of the path, as it was sent */
type Route = (request: ApiRequest, id: string) => Promise<ApiAnswer>;

/**
 * The routes of a tenant. To finalize needs no key: only a browser that was given the challenge can answer it. Those of a
 * second factor need one at each stage.
 *
 * @returns answers a request by what its path says after the tenant, such as `credentials/ABC`
 */
export function tenantRoutes(context: CeremonyContext, apiKey: string, startLimit: StartLimit) {
  const { scope, keys } = context;
  const mfa = ofSecondFactor(context);
  const hasKey = apiKeyTest(apiKey);
  const keyed = (route: Route) => behindKey(route, hasKey);

  const routes: Readonly<Record<string, Route>> = {
    'POST registration/initialize': keyed(async (request) => {
      const user = parseFields(registrationFields, await readFields(request));
      return json({ publicKey: await beginRegistration(context, user) });
    }),
    'POST registration/finalize': async (request) =>
      json({ token: await finishRegistration(context, await request.text()) }),

    'POST login/initialize': async (request) => {
      const fields = await readFields(request);
      const isKeyed = hasKey(request);
      if (fields.user_id != null && !isKeyed) throw missingKey(request);
      const { user_id: userId } = parseFields(loginFields, fields);
      if (!isKeyed) await startLimit(request);
      return json({ publicKey: await beginLogin(context, userId) });
    },
    'POST login/finalize': async (request) =>
      json({ token: await finishLogin(context, await request.text()) }),

    'POST mfa/registration/initialize': keyed(async (request) => {
      const user = parseFields(registrationFields, await readFields(request));
      return json({ publicKey: await beginRegistration(mfa, user) });
    }),
    'POST mfa/registration/finalize': keyed(async (request) =>
      json({ token: await finishRegistration(mfa, await request.text()) }),
    ),
    'POST mfa/login/initialize': keyed(async (request) => {
      const { user_id: userId } = parseFields(mfaLoginFields, await readFields(request));
      return json({ publicKey: await beginLogin(mfa, userId) });
    }),
    'POST mfa/login/finalize': keyed(async (request) =>
      json({ token: await finishLogin(mfa, await request.text()) }),
    ),

    'POST transaction/initialize': keyed(async (request) => {
      const fields = parseFields(transactionFields, await readFields(request));
      return json({ publicKey: await beginTransaction(context, fields) });
    }),
    'POST transaction/finalize': keyed(async (request) =>
      json({ token: await finishTransaction(context, await request.text()) }),
    ),

    'GET credentials': keyed((request) => answerList(request, scope)),
    'GET credentials/:id': keyed((_request, id) => answerOne(id, scope)),
    'PATCH credentials/:id': keyed((request, id) => rename(request, id, scope)),
    'DELETE credentials/:id': keyed((_request, id) => remove(id, scope)),

    'GET .well-known/jwks.json': async () =>
      json({ keys: await keys.published() }, { 'cache-control': 'max-age=600' }),
  };

  return async (request: ApiRequest, path: string): Promise<ApiAnswer> => {
    const id = /^credentials\/([^/]+)$/.exec(path)?.[1];
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const name = `${method} ${id === undefined ? path : 'credentials/:id'}`;
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    if (!route) throw new Problem(404, 'Not Found');
    return route(request, id ?? '');
  };
}

function behindKey(route: Route, hasKey: KeyTest): Route {
  return async (request, id) => {
    if (!hasKey(request)) throw invalidKey();
    return route(request, id);
  };
}

/** This one route words a missing key differently. */
function missingKey(request: ApiRequest): Problem {
  return givenApiKey(request) === '' ? new Problem(401, 'api key is missing') : invalidKey();
}
