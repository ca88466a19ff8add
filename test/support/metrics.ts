/** What Prometheus reads, for tests: the samples by name and labels. */

export type Sample = { name: string; labels: Record<string, string>; value: number };

/** Of the text format, version 0.0.4. @throws {Error} for a line that is none */
export function samplesIn(text: string): Sample[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name, labels = '', value] = /^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (!name) throw new Error(`no sample: ${line}`);
    const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)];
    return { name, labels: Object.fromEntries(pairs.map(([, key, is]) => [key, is])), value: Number(value) };
  });
}

/** @returns the value of the sample with exactly these labels; undefined when there is none */
export function sampleOf(samples: readonly Sample[], name: string, labels: Record<string, string> = {}) {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  return samples.find(
    (sample) => sample.name === name && JSON.stringify(Object.entries(sample.labels).sort()) === wanted,
  )?.value;
}
