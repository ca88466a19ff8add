/**
 * Lighthouse itself: a package of this folder, which is installed when it is asked for, because with all that it needs it
 * is larger than the packages of the project. Knows nothing of the application.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const home = import.meta.dirname;
const entry = path.join(home, 'node_modules/lighthouse/core/index.js');
export const categories = ['performance', 'accessibility', 'best-practices', 'seo'] as const;
export const devices = ['mobile', 'desktop'] as const;

export type Device = (typeof devices)[number];
/** What a page reaches of 100 in each category, and the titles of what keeps it from more. */
export type Scores = { points: Record<(typeof categories)[number], number>; faults: string[] };

type AuditRef = { id: string; weight: number };
type Result = {
  runtimeError?: { message: string };
  categories: Record<string, { score: number | null; auditRefs: AuditRef[] }>;
  audits: Record<string, { title: string; score: number | null; displayValue?: string }>;
};
type Lighthouse = (url: string, flags: object, config?: object) => Promise<{ lhr: Result } | undefined>;

/**
 * Installs it where it is not.
 *
 * @param port where a Chromium takes orders
 * @returns looks at one page. It throws when the page could not be looked at
 * @throws {Error} when it cannot be installed
 */
export async function lighthouseAt(port: number): Promise<(url: string, device: Device) => Promise<Scores>> {
  if (
    !existsSync(entry) &&
    spawnSync('npm', ['ci', '--prefix', home], { stdio: ['ignore', 2, 2] }).status !== 0
  )
    throw new Error('Lighthouse could not be installed: see above');
  const { default: lighthouse, desktopConfig } = (await import(entry)) as {
    default: Lighthouse;
    desktopConfig: object;
  };
  return async (url, device) => {
    const flags = { port, logLevel: 'error', onlyCategories: categories };
    const run = await lighthouse(url, flags, device === 'desktop' ? desktopConfig : undefined);
    if (!run || run.lhr.runtimeError)
      throw new Error(`${url}: ${run?.lhr.runtimeError?.message ?? 'no result'}`);
    return scoresOf(run.lhr);
  };
}

function scoresOf({ categories: judged, audits }: Result): Scores {
  const points = Object.fromEntries(
    categories.map((name) => [name, Math.round((judged[name]?.score ?? 0) * 100)]),
  ) as Scores['points'];
  const counted = Object.values(judged).flatMap(({ auditRefs }) =>
    auditRefs.filter(({ weight }) => weight > 0),
  );
  const faults = counted
    .map(({ id }) => audits[id])
    .filter((audit) => audit && audit.score !== null && audit.score < 0.9)
    .map((audit) => [audit?.title, audit?.displayValue].filter(Boolean).join(': '));
  return { points, faults };
}
