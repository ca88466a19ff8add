import { expect, it } from 'vitest';
import type { Passkey } from '../../passkeys/passkey.ts';
import { dashboardPage } from './dashboard-page.ts';

const visitor = {
  id: 'ada',
  address: 'ada@example.com',
  epoch: 0,
  path: '/dashboard',
  takeUpgradeOffer: () => false,
  takeCodesLeft: () => undefined,
};
const passkey = { id: 'one', name: 'One', createdAt: new Date(0), vouched: true } as Passkey;
const better = 'Two passkeys on two devices are better than one';

it.each([
  ['none', [], false],
  ['one', [passkey], true],
])(
  'whoever has %s and is invited to a passkey here is told why two are better only then',
  (_, passkeys, told) => {
    const page = dashboardPage(visitor, () => null, {
      passkeys,
      notice: '',
      noCodes: '',
      codes: null,
      invitation: 'recovered',
      device: 'Chrome on Linux',
      automatic: null,
      held: false,
    });
    expect(JSON.stringify(page).includes(better)).toBe(told);
  },
);
