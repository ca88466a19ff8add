/** The two ways in which the passkey API says no. Both stay inside `passkeys`; people are told something else. */

type FaultKind = 'network' | 'deadline' | 'status' | 'shape';

/** What a Hanko server says beside a status when it knows what it refuses. */
type Problem = { title: string; details: string };

/**
 * How a Hanko server begins to refuse what a device answered (its registration_service.go and login_service.go), and the
 * embedded API's one sentence more. Whatever else is answered comes from something before it, or is about us.
 */
const ceremonyRefusal =
  /^(unable to |failed to |received challenge does not match|user not found|credential already exists)/;

/** What a Hanko server says of an error that it did not foresee: its database is gone, or a column is too narrow. */
const unforeseen = 'Internal Server Error';

/** The service is not working: no answer, or none that was promised. Counts towards the circuit breaker. */
export class PasskeyServiceFault extends Error {
  readonly kind: FaultKind;
  readonly status: number | undefined;
  /** What a failing status came with; null when it does not speak like a Hanko server. */
  readonly problem: Problem | null;
  /** Seconds until the service wants to be asked again, where it says so. */
  readonly retryAfter: number | undefined;

  constructor(
    kind: FaultKind,
    facts: { cause?: unknown; status?: number; problem?: unknown; retryAfter?: number | undefined } = {},
  ) {
    super(`passkey service: ${kind}${facts.status ? ` ${facts.status}` : ''}`, { cause: facts.cause });
    this.name = 'PasskeyServiceFault';
    this.kind = kind;
    this.status = facts.status;
    this.problem = readProblem(facts.problem);
    this.retryAfter = facts.retryAfter;
  }
}

/**
 * The service answers, and does not do what it was asked: with 4xx, or with 5xx and an explanation. Hanko has no error codes,
 * so `title` and `details` tell which.
 */
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

  /** Whether a Hanko server has judged what a device answered; else the answer is not about the device. */
  get isOfCeremony(): boolean {
    return this.status >= 500 || (this.title !== '' && ceremonyRefusal.test(this.title));
  }

  /**
   * The service finds wrong what our own gate has found right just before: type, challenge, origin, relying party,
   * presence, verification. So its settings are not ours, and nothing that a person does can help. Only the signature is
   * left to the service to judge. go-webauthn, on which a Hanko server stands, begins all these sentences alike
   * (`protocol/client.go` and `protocol/authenticator.go`).
   *
   * @param lenient the gate did not ask for presence or verification, on which the service may insist
   */
  contradictsGate(lenient: boolean): boolean {
    if (this.status === 422 || !/^Error validating (?!the assertion signature)/.test(this.details))
      return false;
    return !lenient || !this.isOfAuthenticator;
  }

  /** The relying party, presence or verification that the authenticator tells is not what the service wants. */
  get isOfAuthenticator(): boolean {
    return this.details === 'Error validating the authenticator response';
  }

  /**
   * The service failed, whatever status it gave: an error that it did not foresee, or one of its database that it took
   * for a refusal. At the end of a sign-in (`login_service.go`) it answers 401 to everything that goes wrong while it looks
   * for the challenge and for the user, with what its database said as details.
   */
  get isFailure(): boolean {
    if (this.status >= 500) return this.title === unforeseen;
    if (this.title === 'failed to get session data')
      return !/^(received challenge does not match|no transaction found)/.test(this.details);
    return this.title === 'failed to get user handle' && /^failed to get /.test(this.details);
  }

  /** Too many calls, or a gateway that gave up waiting, behind which the call may have been done: it is asked again later. */
  get isBusy(): boolean {
    return this.status === 408 || this.status === 429 || this.status > 500;
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
