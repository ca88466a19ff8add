/** The two ways in which the passkey API says no. Both stay inside `passkeys`; people are told something else. */

type FaultKind = 'network' | 'deadline' | 'status' | 'shape';

/** What a Hanko server says beside a status when it knows what it refuses. */
type Problem = { title: string; details: string };

/** Nobody was reached: no name, no route, nobody who listens, no connection in time. */
const unconnected = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

/** What a gateway answers when it has lost the server behind it (RFC 9110, sections 15.6.3 and 15.6.5). */
const lostBehindGateway = [502, 504];

/** The service is not working: no answer, or none that was promised. Counts towards the circuit breaker. */
export class PasskeyServiceFault extends Error {
  readonly kind: FaultKind;
  readonly status: number | undefined;
  /** What a failing status came with; null when it does not speak like a Hanko server. */
  readonly problem: Problem | null;

  constructor(kind: FaultKind, facts: { cause?: unknown; status?: number; problem?: unknown } = {}) {
    super(`passkey service: ${kind}${facts.status ? ` ${facts.status}` : ''}`, { cause: facts.cause });
    this.name = 'PasskeyServiceFault';
    this.kind = kind;
    this.status = facts.status;
    this.problem = readProblem(facts.problem);
  }

  /** Whether the service may have done all the same what it was asked. */
  get mayHaveActed(): boolean {
    if (this.kind === 'network') return !unconnected.test((this.cause as { code?: string })?.code ?? '');
    if (this.kind !== 'status') return true;
    return (this.status ?? 0) < 300 || lostBehindGateway.includes(this.status ?? 0);
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
    const { title, details } = readProblem(problem) ?? { title: '', details: '' };
    super(`passkey api: ${status}`);
    this.name = 'PasskeyApiRefusal';
    this.title = title;
    this.details = details;
  }

  /**
   * Our address, key or tenant is wrong: nothing a person does can help, an operator must. What has no title does not
   * come from a Hanko server but from something before it, or from another server.
   */
  get isMisconfiguration(): boolean {
    return this.status === 403 || this.title === '' || /api key|^tenant(_id)? |^not found$/i.test(this.title);
  }

  /** The one refusal of a call about a single credential that is an answer: there is none with this id. */
  get isUnknownCredential(): boolean {
    return this.status === 404 && /^credential with id '.*' not found$/s.test(this.title);
  }
}

function readProblem(content: unknown): Problem | null {
  const { title, details } = (content ?? {}) as { title?: unknown; details?: unknown };
  return typeof title === 'string' ? { title, details: typeof details === 'string' ? details : '' } : null;
}
