/** One request and its answer, for a fraction of the work that fetch is: the attacks are mostly requests. Knows no app. */
import { Agent, type OutgoingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as SecureAgent } from 'node:https';

export type Sent = { method?: string; headers?: OutgoingHttpHeaders; body?: string; signal?: AbortSignal };
export type Answered = { status: number; text: string; location: string; cookies: string[] };

const agents = { http: new Agent({ keepAlive: true }), https: new SecureAgent({ keepAlive: true }) };

/**
 * Follows no redirect.
 *
 * @throws {Error} with its code when nobody answers, or with the reason of the signal
 */
export function exchange(address: string, { body, ...sent }: Sent = {}): Promise<Answered> {
  const { promise, resolve, reject } = withResolvers<Answered>();
  const fail = (error: Error) => reject(sent.signal?.aborted ? sent.signal.reason : error);
  const request = address.startsWith('https:')
    ? requestHttps(address, { ...sent, agent: agents.https })
    : requestHttp(address, { ...sent, agent: agents.http });
  request.on('error', fail);
  request.on('response', (response) => {
    const { statusCode: status = 0, headers } = response;
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('error', fail);
    response.on('end', () =>
      resolve({ status, text, location: headers.location ?? '', cookies: headers['set-cookie'] ?? [] }),
    );
  });
  request.end(body);
  return promise;
}

/** As Promise has it from Node 22 on. */
export function withResolvers<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<Value>((settle, refuse) => {
    resolve = settle;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
