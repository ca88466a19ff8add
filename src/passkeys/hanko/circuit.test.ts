import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fails, failure, refuses, work, works } from '../../../test/support/circuit-work.ts';
import { createLogger } from '../../logger.ts';
import { createCircuit } from './circuit.ts';
import { PasskeyApiRefusal, PasskeyServiceFault } from './service-errors.ts';

let lines: string[];
let circuit: ReturnType<typeof createCircuit>;

beforeEach(() => {
  // Only the clock that the breaker reads; timers stay real.
  vi.useFakeTimers({ toFake: ['Date'] });
  lines = [];
  circuit = createCircuit(createLogger('info', { write: (line) => void lines.push(line) }));
});
afterEach(() => void vi.useRealTimers());

async function failTimes(times: number): Promise<void> {
  for (let time = 0; time < times; time++) await failure(circuit.call(fails()));
}

const changes = () =>
  lines.filter((line) => line.includes('passkey_service_state')).map((line) => JSON.parse(line).reason);

describe('the circuit', () => {
  it('[ASVS 16.5.2] opens after five faults in a row, and then nobody is called', async () => {
    await failTimes(4);
    expect(await circuit.call(works())).toBe('done');
    await failTimes(4);
    const fifth = fails();
    await failure(circuit.call(fifth));
    expect(fifth).toHaveBeenCalledOnce();
    const sixth = works();
    expect(await failure(circuit.call(sixth))).toMatchObject({
      code: 'passkey_service_unavailable',
      retryAfter: 10,
    });
    await failure(circuit.callRepeatable(sixth));
    expect(sixth).not.toHaveBeenCalled();
  });

  it('lets one call try after ten seconds, and closes when that works', async () => {
    await failTimes(5);
    vi.setSystemTime(Date.now() + 9_900);
    const early = works();
    await failure(circuit.call(early));
    expect(early).not.toHaveBeenCalled();
    vi.setSystemTime(Date.now() + 200);
    expect(await circuit.call(works())).toBe('done');
    expect(await circuit.call(works())).toBe('done');
    expect(changes()).toEqual(['unavailable', 'available']);
  });

  it('stays open for ten more seconds when the try fails', async () => {
    await failTimes(5);
    vi.setSystemTime(Date.now() + 10_001);
    await failTimes(1);
    const next = works();
    await failure(circuit.call(next));
    expect(next).not.toHaveBeenCalled();
    vi.setSystemTime(Date.now() + 10_001);
    expect(await circuit.call(works())).toBe('done');
  });

  it('does not open for what a person’s device answered, refused or explained', async () => {
    const explained = work(() => {
      throw new PasskeyServiceFault('status', { status: 500, problem: { title: 'Internal Server Error' } });
    });
    for (const call of [refuses(400, 'failed to validate attestation'), explained]) {
      for (let time = 0; time < 6; time++) {
        await expect(circuit.finish(call)).rejects.toBeInstanceOf(PasskeyApiRefusal);
      }
    }
    expect(await circuit.finish(works())).toBe('done');
    expect(changes()).toEqual([]);
  });

  it('opens for a finish that fails without a word, too', async () => {
    const silent = work(() => {
      throw new PasskeyServiceFault('status', { status: 500 });
    });
    for (let time = 0; time < 5; time++) await failure(circuit.finish(silent));
    const next = works();
    await failure(circuit.finish(next));
    expect(next).not.toHaveBeenCalled();
  });

  it('does not open for a bug of ours, and does not hide it', async () => {
    const bug = work(() => {
      throw new TypeError('ours');
    });
    for (let time = 0; time < 6; time++) await expect(circuit.call(bug)).rejects.toThrow(TypeError);
    expect(bug).toHaveBeenCalledTimes(6);
  });
});
