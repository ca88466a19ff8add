/** What a person does on the page that asks about their passkeys after a recovery. */
import type { Response } from 'supertest';
import { paths } from '../../src/paths.ts';
import { shortNameOf } from '../../src/web/passkeys/review-passkeys-page.ts';
import type { Visitor } from './visitor.ts';

/** Ticks those that are not theirs, by their ids, and is done. */
export async function reviewPasskeys(visitor: Visitor, unknown: readonly string[] = []): Promise<Response> {
  const { text } = await visitor.get(paths.reviewPasskeys);
  const [, action = paths.reviewPasskeys] = /action="([^"]*review[^"]*)"/.exec(text) ?? [];
  const ticks = unknown.map((id) => ['unknown', shortNameOf(id)]);
  return visitor.postForm(action, new URLSearchParams(ticks).toString());
}
