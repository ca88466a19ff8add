/** What becomes of a single call, whatever the state of the circuit. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fails, failure, refuses, work } from '../../../test/support/circuit-work.ts';
import { createLogger } from '../../logger.ts';
import { createCircuit } from './circuit.ts';
import { PasskeyServiceFault } from './service-errors.ts';

let lines: string[];
let circuit: ReturnType<typeof createCircuit>;

beforeEach(() => {
  lines = [];
  circuit = createCircuit(createLogger('info', { write: (line) => void lines.push(line) }));
});

afterEach(() => void vi.useRealTimers());

const alarms = () =>
  lines
    .filter((line) => line.includes('passkey_service_misconfigured'))
    .map((line) => JSON.parse(line).reason);

describe('a call that failed', () => {
  it('is made once more where that is harmless', async () => {
    const call = fails('status');
    await failure(circuit.callRepeatable(call));
    expect(call).toHaveBeenCalledTimes(2);
  });

  it('is never repeated where it is not', async () => {
    const call = fails('status');
    await failure(circuit.call(call));
    await failure(circuit.finish(call));
    expect(call).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['took too long', fails('deadline')],
    ['was refused', refuses(429)],
  ])('is not repeated when it %s', async (_name, call) => {
    call.mockClear();
    await failure(circuit.callRepeatable(call));
    expect(call).toHaveBeenCalledTimes(1);
  });

  it('may succeed the second time, unseen', async () => {
    let times = 0;
    const call = work(() => {
      times += 1;
      if (times === 1) throw new PasskeyServiceFault('network');
      return 'done';
    });
    expect(await circuit.callRepeatable(call)).toBe('done');
  });
});

describe('a refusal that is about us', () => {
  it.each([
    [401, 'The api key is invalid'],
    [403, 'Forbidden'],
    [404, 'tenant not found'],
    [404, 'Not Found'],
    [400, 'tenant_id must be a valid uuid4'],
    [400, ''],
    [401, ''],
    [404, ''],
    [413, ''],
  ])('%i "%s" is unavailable to people and an alarm to the operator', async (status, title) => {
    const calls = [circuit.call, circuit.callRepeatable, circuit.finish];
    for (const way of calls) {
      const call = refuses(status, title);
      expect(await failure(way(call))).toMatchObject({ code: 'passkey_service_unavailable', retryAfter: 60 });
      expect(call).toHaveBeenCalledOnce();
    }
    expect(alarms()).toEqual([`${status} ${title}`.trim()]);
  });

  it('is told once a minute, each for itself', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    for (let times = 0; times < 50; times++) {
      await failure(circuit.call(refuses(401, 'The api key is invalid')));
      await failure(circuit.finish(refuses(404, 'tenant not found')));
    }
    expect(alarms()).toEqual(['401 The api key is invalid', '404 tenant not found']);
    vi.setSystemTime(Date.now() + 60_001);
    await failure(circuit.call(refuses(401, 'The api key is invalid')));
    expect(alarms()).toHaveLength(3);
  });

  it('is every refusal of a call in which no person has a say', async () => {
    for (const way of [circuit.call, circuit.callRepeatable]) {
      const call = refuses(400, 'unable to validate request');
      expect(await failure(way(call))).toMatchObject({ code: 'passkey_service_unavailable' });
      expect(call).toHaveBeenCalledOnce();
    }
  });

  it('is not one of what a person’s device answered', async () => {
    for (const status of [400, 401, 404, 422]) {
      await expect(circuit.finish(refuses(status, 'failed to validate'))).rejects.toMatchObject({ status });
    }
    expect(lines).toEqual([]);
  });

  it('is not a service that is busy and says so', async () => {
    const busy = work(() => {
      throw new PasskeyServiceFault('status', { status: 503, problem: { title: 'Service Unavailable' } });
    });
    expect(await failure(circuit.finish(busy))).toMatchObject({ code: 'passkey_service_unavailable' });
    expect(lines).toEqual([]);
  });

  it('429 says when to come back', async () => {
    expect(await failure(circuit.call(refuses(429)))).toMatchObject({
      code: 'passkey_service_unavailable',
      retryAfter: 7,
    });
  });
});
