/** What stands between the application and its passkey service in a test: it hears every call and may answer itself. */
import { PasskeyApiRefusal, PasskeyServiceFault } from '../../src/passkeys/hanko/service-errors.ts';
import type { PasskeyTransport } from '../../src/passkeys/hanko/transport.ts';

type Call = { method: string; path: string; url: URL };

export type Wire = {
  /** Every call, as "POST login/finalize" or "DELETE credentials/…". */
  calls: string[];
  /**
   * Comes before each call. What it answers is the answer; after nothing the call goes its way, to another address if
   * `url` was changed.
   */
  before: (call: Call) => Promise<Response | undefined> | Response | undefined;
  /** Comes after each call that went its way, and may answer something else. */
  after: (call: Call, answer: Response) => Promise<Response> | Response;
  /** Works again as at the start. */
  mend(): void;
  wrapTransport: (transport: PasskeyTransport) => PasskeyTransport;
};

export function createWire(): Wire {
  const untouched: Pick<Wire, 'before' | 'after'> = {
    before: () => undefined,
    after: (_call, answer) => answer,
  };
  const wire: Wire = {
    calls: [],
    ...untouched,
    mend: () => void Object.assign(wire, untouched),
    wrapTransport: (transport) => ({
      ...transport,
      fetch: async (address, init) => {
        const url = new URL(address);
        const path = url.pathname.replace(`/${transport.tenantId}/`, '');
        const call = { method: init?.method ?? 'GET', path, url };
        wire.calls.push(`${call.method} ${path}`);
        const own = await wire.before(call);
        return own ?? wire.after(call, await transport.fetch(url.href, init));
      },
    }),
  };
  return wire;
}

/** A service that is broken, as the transport tells it. */
export function brokenAnswer(): never {
  throw new PasskeyServiceFault('status', { status: 500 });
}

/** A service that has too much to do: the circuit stays closed, so that each try reaches it. */
export function tooBusy(): never {
  throw new PasskeyApiRefusal(429, null);
}
