/** The two ways in which the passkey API says no. Both stay inside `passkeys`; people are told something else. */

type FaultKind = 'network' | 'deadline' | 'status' | 'shape';

/** The service is not working: no answer, or none that was promised. Counts towards the circuit breaker. */
export class PasskeyServiceFault extends Error {
  readonly kind: FaultKind;
  readonly status: number | undefined;

  constructor(kind: FaultKind, facts: { cause?: unknown; status?: number; problem?: unknown } = {}) {
    super(`passkey service: ${kind}${facts.status ? ` ${facts.status}` : ''}`, { cause: facts.cause });
    this.name = 'PasskeyServiceFault';
    this.kind = kind;
    this.status = facts.status;
  }
}

/** The service works and refuses: an answer of 4xx. Hanko has no error codes, so `title` and `details` tell which. */
export class PasskeyApiRefusal extends Error {
  readonly title: string;
  readonly details: string;

  constructor(
    readonly status: number,
    problem: unknown,
    readonly retryAfter?: number | undefined,
  ) {
    const { title, details } = (problem ?? {}) as { title?: unknown; details?: unknown };
    super(`passkey api: ${status}`);
    this.name = 'PasskeyApiRefusal';
    this.title = typeof title === 'string' ? title : '';
    this.details = typeof details === 'string' ? details : '';
  }

  /** Our key or tenant is wrong: nothing a person does can help, an operator must. */
  get isMisconfiguration(): boolean {
    return this.status === 403 || /api key|^tenant(_id)? /i.test(this.title);
  }
}
