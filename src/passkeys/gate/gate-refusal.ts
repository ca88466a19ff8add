/** The one way out of the gate. Must not know why anything is checked, nor what the person is told. */

type Code = 'uv_required' | 'act_changed' | 'refused';

/** Why the gate refused. */
export class GateRefusal extends Error {
  /**
   * `uv_required` only when everything else held and the user was not verified; `act_changed` when something else was
   * signed than what would be done.
   */
  readonly code: Code;
  /** A fixed phrase for the log, free of anything that was posted. */
  readonly reason: string;

  constructor(reason: string, code: Code = 'refused') {
    super(reason);
    this.name = 'GateRefusal';
    this.code = code;
    this.reason = reason;
  }
}

/** @throws {GateRefusal} unless the condition holds */
export function demand(condition: unknown, reason: string): asserts condition {
  if (!condition) throw new GateRefusal(reason);
}

/**
 * Turns every exception of a parser into a refusal. The exception itself is dropped on purpose: parsers quote their
 * input in messages, and challenges do not belong in a log.
 * @throws {GateRefusal}
 */
export function orRefuse<T>(reason: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof GateRefusal ? error : new GateRefusal(reason);
  }
}
