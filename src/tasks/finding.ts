/** What the doctor finds: how bad it is, what it is about, and a sentence that says what to do. */
export type Finding = { state: 'ok' | 'warning' | 'fault'; about: string; sentence: string };

/** The findings about one thing. */
export function findingsAbout(about: string) {
  const finding = (state: Finding['state']) => (sentence: string) => ({ state, about, sentence });
  return { ok: finding('ok'), warning: finding('warning'), fault: finding('fault') };
}
