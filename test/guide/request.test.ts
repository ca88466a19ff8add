/** What `npm run guide:attack` takes on its command line, and that it does nothing else than it was asked for. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractOfTheGuide } from './attack/contract.ts';
import { attackRequest, UsageError } from './attack/request.ts';
import { examples } from './attack/step-directory.ts';

const app = 'http://localhost:4000';
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'guide-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const ask = (...words: string[]) => attackRequest(words, directory);
function askWith(text: string) {
  writeFileSync(path.join(directory, 'attack.json'), text);
  return ask(app, 'attack.json');
}

it('takes a step, and a patch', () => {
  const step = { kind: 'step', directory: path.join(examples, 'express/4-safe') };
  expect(ask('4')).toEqual({ ...step, patch: undefined });
  expect(ask('4', '--break', 'replay')).toEqual({ ...step, patch: 'replay' });
  expect(ask('4', '--break=replay')).toEqual({ ...step, patch: 'replay' });
  expect(ask('6', '--break', 'last-way-in')).toMatchObject({ patch: 'last-way-in' });
});

it('takes an app of one’s own as the guide has it', () => {
  expect(ask(`${app}/login`)).toEqual({ kind: 'app', origin: app, contract: contractOfTheGuide });
});

it.each([
  [[]],
  [['4', 'replay']],
  [['4', '--break']],
  [['4', '--brake', 'replay']],
  [['44']],
  [['4', '--break', 'nothing']],
  [['5', '--break', 'replay']],
  [['4', '--break', 'last-way-in']],
  [[app, '--break', 'replay']],
  [[app, 'attack.json', 'more']],
  [[app, 'nowhere.json']],
  [['http://']],
])('refuses %j', (words) => {
  expect(() => ask(...words)).toThrow(UsageError);
});

it.each(['http://127.0.0.1:4567', 'http://[::1]:4567/login', 'http://127.1:4567'])(
  'refuses %s: no browser has a passkey there',
  (address) => {
    expect(() => ask(address)).toThrow(
      'Passkeys do not work at an IP address; open your app at http://localhost:4567.',
    );
  },
);

describe('attack.json', () => {
  it('leaves what it does not name', () => {
    const { ada, fields } = contractOfTheGuide;
    expect(askWith('{"login":"/in","fields":{"email":"user"},"ada":{"password":"secret"}}')).toMatchObject({
      contract: {
        ...contractOfTheGuide,
        login: '/in',
        fields: { ...fields, email: 'user' },
        ada: { ...ada, password: 'secret' },
      },
    });
  });

  it.each([
    '{"logn":"/in"}',
    '{"fields":{"emial":"user"}}',
    '{"login":7}',
    '{"login":"http://elsewhere.example/in"}',
    '{"rename":null}',
    '[]',
    '{',
  ])('is refused: %s', (text) => {
    expect(() => askWith(text)).toThrow('attack.json');
  });
});
