/** The ways in which a passkey service breaks, as handlers of a real server. */
import type { ServerResponse } from 'node:http';
import type { PasskeyService } from './passkey-service.ts';

type Answer = (response: ServerResponse) => void;

/** What a broken service answers to every request: nothing, and nonsense. All of them are in `src/passkeys/hanko/transport.test.ts`. */
const brokenAnswers: Record<string, Answer> = {
  'accepts and never answers': () => {},
  'answers 404 with a web page': (response) =>
    response.writeHead(404, { 'Content-Type': 'text/html' }).end('<!doctype html><p>Not found</p>'),
};

export type ServiceFault = { name: string; strike(service: PasskeyService): void | Promise<void> };

/** Each takes a working service and breaks it for good. */
export const serviceFaults: ServiceFault[] = Object.entries(brokenAnswers).map(([name, answer]) => ({
  name,
  strike: (service: PasskeyService) => service.answerWith((_request, response) => answer(response)),
}));
