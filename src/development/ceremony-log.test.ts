import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { describe, expect, it } from 'vitest';
import { createCeremonyLog } from './ceremony-log.ts';

type Log = ReturnType<typeof createCeremonyLog>;

const start = (log: Log, challenge: string) =>
  log.add({ stage: 'start', purpose: 'sign-in', options: { publicKey: { challenge } } });

const credentialFor = (challenge: string) => ({
  response: { clientDataJSON: isoBase64URL.fromUTF8String(JSON.stringify({ challenge })) },
});

const finish = (
  log: Log,
  credential: unknown,
  outcome: string,
  purpose: 'sign-in' | 'register' = 'sign-in',
) => log.add({ stage: 'finish', purpose, credential, claims: null, outcome });

/** What a log holds, newest first: challenge of the start, outcome of the finish. */
const held = (log: Log) =>
  log
    .newestFirst()
    .map((one) => [(one.start?.publicKey as { challenge?: string })?.challenge, one.finish?.outcome]);

describe('the ceremony log', () => {
  it('puts a finish beside its start, whatever came in between', () => {
    const log = createCeremonyLog();
    start(log, 'one');
    start(log, 'two');
    finish(log, credentialFor('one'), 'accepted');
    expect(held(log)).toEqual([
      ['two', undefined],
      ['one', 'accepted'],
    ]);
  });

  it('shows a challenge that is answered again as a ceremony of its own, with the same start', () => {
    const log = createCeremonyLog();
    start(log, 'one');
    finish(log, credentialFor('one'), 'accepted');
    finish(log, credentialFor('one'), 'used before');
    expect(held(log)).toEqual([
      ['one', 'used before'],
      ['one', 'accepted'],
    ]);
  });

  it('keeps a finish without a start: of another purpose, of no challenge, or of one that nobody gave out', () => {
    const log = createCeremonyLog();
    start(log, 'one');
    finish(log, credentialFor('one'), 'another purpose', 'register');
    finish(log, null, 'no challenge');
    finish(log, credentialFor('unknown'), 'unknown');
    expect(held(log)).toEqual([
      [undefined, 'unknown'],
      [undefined, 'no challenge'],
      [undefined, 'another purpose'],
      ['one', undefined],
    ]);
  });

  it('keeps the newest twenty that came to an end, and the newest twenty that did not', () => {
    const log = createCeremonyLog();
    start(log, 'used');
    finish(log, credentialFor('used'), 'accepted');
    for (let number = 1; number <= 25; number += 1) start(log, `${number}`);
    finish(log, credentialFor('5'), 'forgotten');
    expect(held(log)).toHaveLength(22);
    expect(held(log)[0]).toEqual([undefined, 'forgotten']);
    expect(held(log).slice(-2)).toEqual([
      ['6', undefined],
      ['used', 'accepted'],
    ]);
    for (let number = 1; number <= 25; number += 1) finish(log, null, `${number}`);
    expect(held(log)).toHaveLength(40);
    expect(held(log)[19]).toEqual([undefined, '6']);
  });
});
