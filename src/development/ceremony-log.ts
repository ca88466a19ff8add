/** The newest ceremonies, in memory, each finish beside its start. Keeps what it is shown as it came. */
import type { CeremonyMoment } from '../passkeys/observer.ts';
import { challengeOf } from './ceremony-decoder.ts';

type Start = Extract<CeremonyMoment, { stage: 'start' }>;
type Finish = Extract<CeremonyMoment, { stage: 'finish' }>;

export type Ceremony = {
  purpose: CeremonyMoment['purpose'];
  /** Undefined for a finish whose start was never seen, or is forgotten. */
  start?: { at: Date; publicKey: object };
  finish?: Pick<Finish, 'credential' | 'claims' | 'outcome'> & { at: Date };
};

/** How many ceremonies are kept that came to an end, and how many others: a page with autofill begins one at each visit. */
const most = 20;

/** An empty log; the oldest ceremony makes room for a new one of its kind. */
export function createCeremonyLog() {
  const ceremonies: Ceremony[] = [];

  function keep(ceremony: Ceremony): void {
    ceremonies.unshift(ceremony);
    const alike = ceremonies.filter((one) => !one.finish === !ceremony.finish);
    const oldest = alike[most];
    if (oldest) ceremonies.splice(ceremonies.indexOf(oldest), 1);
  }

  function started({ purpose, options }: Start): void {
    keep({ purpose, start: { at: new Date(), publicKey: options.publicKey } });
  }

  function finished({ purpose, credential, claims, outcome }: Finish): void {
    const finish = { at: new Date(), credential, claims, outcome };
    const challenge = challengeOf(credential);
    const ceremony = ceremonies.find(
      (candidate) =>
        candidate.purpose === purpose && challenge !== null && challengeAt(candidate) === challenge,
    );
    // A challenge that is answered again is a ceremony of its own, so that a replay shows.
    if (ceremony && !ceremony.finish) ceremony.finish = finish;
    else keep({ ...ceremony, purpose, finish });
  }

  return {
    /** Never throws. */
    add(moment: CeremonyMoment): void {
      if (moment.stage === 'start') started(moment);
      else finished(moment);
    },

    newestFirst: (): readonly Ceremony[] => ceremonies,
  };
}

function challengeAt({ start }: Ceremony): unknown {
  return (start?.publicKey as { challenge?: unknown } | undefined)?.challenge;
}
