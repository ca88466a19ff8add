/**
 * The circuit breaker before the passkey service: five faults in a row open it, one probe every ten seconds may
 * close it. Open, it answers at once, so that a service that hangs does not make people wait one by one.
 */
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleType,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';
import { type Logger, logEvent } from '../logger.ts';
import { PasskeyApiRefusal, PasskeyServiceFault } from './service-errors.ts';
import { serviceUnavailable } from './unavailable.ts';

const faultsToOpen = 5;
const probeInterval = 10_000;

export function createCircuit(logger: Logger) {
  const breaker = circuitBreaker(handleType(PasskeyServiceFault), {
    halfOpenAfter: probeInterval,
    breaker: new ConsecutiveBreaker(faultsToOpen),
  });
  breaker.onBreak(() =>
    logEvent(logger, 'passkey_service_state', { outcome: 'changed', reason: 'unavailable' }),
  );
  breaker.onReset(() =>
    logEvent(logger, 'passkey_service_state', { outcome: 'changed', reason: 'available' }),
  );

  // A call that ran into its deadline is not tried again: the person has waited enough.
  const once = retry(
    handleWhen((error) => error instanceof PasskeyServiceFault && error.kind !== 'deadline'),
    { maxAttempts: 1, backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 200 }) },
  );
  const repeatable = wrap(once, breaker);

  return {
    /** For calls that must not happen twice. @throws {AppError} `passkey_service_unavailable`; refusals pass as they are */
    call: <T>(work: () => Promise<T>): Promise<T> => answered(logger, () => breaker.execute(work)),

    /** For calls that may: tried once more after a short, random pause. */
    callTwice: <T>(work: () => Promise<T>): Promise<T> => answered(logger, () => repeatable.execute(work)),
  };
}

async function answered<T>(logger: Logger, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BrokenCircuitError) throw serviceUnavailable(error, 10);
    if (error instanceof PasskeyServiceFault) {
      logger.warn({ err: error }, 'passkey service fault');
      throw serviceUnavailable(error, 10);
    }
    if (error instanceof PasskeyApiRefusal && error.isMisconfiguration) {
      logEvent(logger, 'passkey_service_misconfigured', {
        outcome: 'refused',
        reason: error.title.slice(0, 80),
      });
      throw serviceUnavailable(error, 60);
    }
    if (error instanceof PasskeyApiRefusal && error.status === 429)
      throw serviceUnavailable(error, error.retryAfter ?? 10);
    throw error;
  }
}
