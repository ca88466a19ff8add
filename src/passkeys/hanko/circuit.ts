/**
 * The circuit breaker before the passkey service: five faults in a row open it, one probe every ten seconds may
 * close it. Open, it answers at once, so that a service that hangs does not make people wait one by one.
 * Must not know which calls there are.
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
import { type Logger, logEvent } from '../../logger.ts';
import { PasskeyApiRefusal, PasskeyServiceFault } from './service-errors.ts';
import { serviceUnavailable } from './unavailable.ts';

const faultsToOpen = 5;
const probeInterval = 10_000;
/** One alarm for each reason within so many milliseconds: what is set up wrong is met by everybody. */
const alarmInterval = 60_000;

/**
 * A breaker of its own, for one service.
 *
 * @returns ways to call the service; each gives what the work gives and throws {AppError}
 *   `passkey_service_unavailable` when there is nothing to be had
 */
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
  const retryOnce = retry(
    handleWhen((error) => error instanceof PasskeyServiceFault && error.kind !== 'deadline'),
    { maxAttempts: 1, backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 200 }) },
  );
  const repeatable = wrap(retryOnce, breaker);
  const alarm = createAlarm(logger);
  const answered = createAnswers(logger, alarm);

  return {
    /** For calls that must not happen twice. Nothing that people post is in them, so every refusal is about us. */
    call: <T>(work: () => Promise<T>): Promise<T> => answered(() => breaker.execute(work), everyRefusal),

    /** For such calls that may: tried once more after a short, random pause. */
    callRepeatable: <T>(work: () => Promise<T>): Promise<T> =>
      answered(() => repeatable.execute(work), everyRefusal),

    /**
     * For what a person's device answered, and our gate has let through. @throws {PasskeyApiRefusal} when the service does
     * not take it; these, and failures that the service explains, do not count as faults: one person must not open the
     * circuit for everybody
     *
     * @param lenient the gate did not ask for presence or verification
     */
    finish: <T>(work: () => Promise<T>, lenient = false): Promise<T> =>
      answered(
        () => breaker.execute(() => work().catch(explained)),
        (refusal) => !refusal.isOfCeremony || refusal.contradictsGate(lenient),
      ),

    /** Tells the operator that our settings, or those of the service, are wrong. @param reason at most 80 characters of it */
    alarm,
  };
}

const everyRefusal = () => true;

/** Hanko answers 500 to an id of more than 187 bytes, for example, and works. */
function explained(error: unknown): never {
  if (error instanceof PasskeyServiceFault && error.problem && (error.status ?? 0) >= 500)
    throw new PasskeyApiRefusal(error.status as number, error.problem, error.retryAfter);
  throw error;
}

function createAnswers(logger: Logger, alarm: (reason: string) => void) {
  return async function answered<T>(
    work: () => Promise<T>,
    isAboutUs: (refusal: PasskeyApiRefusal) => boolean,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw serviceUnavailable(error, 10);
      if (error instanceof PasskeyServiceFault) {
        logger.warn({ err: error }, 'passkey service fault');
        throw serviceUnavailable(error, error.retryAfter ?? 10);
      }
      if (!(error instanceof PasskeyApiRefusal)) throw error;
      if (error.isBusy) throw serviceUnavailable(error, error.retryAfter ?? 10);
      if (!isAboutUs(error)) throw error;
      alarm(reasonOf(error));
      throw serviceUnavailable(error, 60);
    }
  };
}

function createAlarm(logger: Logger) {
  let told = new Set<string>();
  let since = 0;
  return (reason: string): void => {
    if (Date.now() - since >= alarmInterval) [told, since] = [new Set(), Date.now()];
    if (told.has(reason)) return;
    told.add(reason);
    logEvent(logger, 'passkey_service_misconfigured', { outcome: 'refused', reason: reason.slice(0, 80) });
  };
}

/** Why a refusal is about us, for the log. */
export function reasonOf(refusal: PasskeyApiRefusal): string {
  const words = refusal.contradictsGate(false) ? refusal.details : refusal.title;
  return `${refusal.status} ${words}`.trim();
}
