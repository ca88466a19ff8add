/** What the doctor finds: how bad it is, what it is about, and a sentence that says what to do. */
export type Finding = { state: 'ok' | 'warning' | 'fault'; about: string; sentence: string };

/** As a line for people. */
export function lineOf({ state, about, sentence }: Finding): string {
  return `${state.padEnd(8)} ${about}: ${sentence}`;
}

/** The worst of them; `ok` when there are none. */
export function worstOf(findings: readonly Finding[]): Finding['state'] {
  const isAmong = (state: Finding['state']) => findings.some((finding) => finding.state === state);
  return isAmong('fault') ? 'fault' : isAmong('warning') ? 'warning' : 'ok';
}

/** The findings about one thing. */
export function findingsAbout(about: string) {
  const finding = (state: Finding['state']) => (sentence: string) => ({ state, about, sentence });
  return { ok: finding('ok'), warning: finding('warning'), fault: finding('fault') };
}
