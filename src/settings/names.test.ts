import { expect, it } from 'vitest';
import { misspelt } from './names.ts';

const known = ['NODE_ENV', 'ORIGIN', 'SECRET_KEYS', 'SMTP_URL', 'PORT', 'SIGNUP'];

it.each([
  ['node_env', 'NODE_ENV'],
  ['Node_Env', 'NODE_ENV'],
  ['NODE_EVN', 'NODE_ENV'],
  ['NODEENV', 'NODE_ENV'],
  ['NODE__ENV', 'NODE_ENV'],
  ['SECRET_KEY', 'SECRET_KEYS'],
  ['SMPT_URL', 'SMTP_URL'],
  ['ORGIN', 'ORIGIN'],
  ['port', 'PORT'],
  ['PROT', 'PORT'],
])('%s is %s misspelt', (name, right) => {
  expect(misspelt([name], known)).toEqual([expect.stringContaining(`${name} is no setting: ${right} is`)]);
});

it('what is only like a setting that is set, or like none, belongs to others', () => {
  expect(misspelt(['NODE_ENV', 'NODE_ENVS'], known)).toEqual([]);
  expect(
    misspelt(
      [
        'SITE_URL',
        'HTTP_URL',
        'NODE_EXE',
        'SIGNAL',
        'ORIGINALS',
        'HOME',
        'PATH',
        'POST',
        'NODE_OPTIONS',
        'PGHOST',
        'SMTP_PORT',
        'npm_lifecycle_event',
      ],
      known,
    ),
  ).toEqual([]);
});
