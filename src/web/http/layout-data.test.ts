import { expect, it } from 'vitest';
import { paths } from '../../paths.ts';
import { frame, sectionOf, wayBack } from './layout-data.ts';

const visitor = (path: string) => ({
  id: 'ada',
  address: 'ada@example.com',
  epoch: 0,
  path,
  takeUpgradeOffer: () => false,
  takeCodesLeft: () => undefined,
});

/** The links that are marked, and how. */
const marked = (path: string, place?: string) =>
  frame(visitor(path), place)
    .sections.filter(({ current }) => current !== '')
    .map(({ text, current }) => `${text}: ${current}`);

it.each([
  [paths.dashboard, 'Dashboard: page'],
  [paths.renamePasskey('id'), 'Dashboard: true'],
  [paths.deletePasskey('id'), 'Dashboard: true'],
  [paths.reviewPasskeys, 'Dashboard: true'],
  [paths.security, 'Security: page'],
  [paths.password, 'Security: true'],
  [paths.removePassword, 'Security: true'],
  [paths.email, 'Security: true'],
  [paths.sessions, 'Sessions: page'],
  [paths.activity, 'Activity: page'],
  [paths.data, 'Your data: page'],
  [paths.deleteAccount, 'Your data: true'],
])('%s marks %s', (path, mark) => {
  expect(marked(path)).toEqual([mark]);
});

it('the question who one is marks what it is asked for, and by itself nothing', () => {
  expect(marked(paths.reauth, paths.email)).toEqual(['Security: true']);
  expect(marked(paths.reauth, `${paths.sessions}?a=1`)).toEqual(['Sessions: true']);
  expect(marked(paths.reauth)).toEqual([]);
});

it('an address that belongs to no page has none', () => {
  expect([sectionOf('/nowhere'), sectionOf(paths.login), sectionOf('')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it('the way back leads to the page before where that asks for nothing, and else to where the act belongs', () => {
  expect(wayBack(`${paths.activity}?before=1`, paths.password)).toBe(`${paths.activity}?before=1`);
  expect(wayBack(paths.dashboard, paths.deletePasskey('id'))).toBe(paths.dashboard);
  for (const from of ['', paths.email, paths.reauth, paths.login])
    expect(wayBack(from, paths.email), from).toBe(paths.security);
  expect(wayBack('', paths.endOtherSessions)).toBe(paths.sessions);
  expect(wayBack('', paths.exportData)).toBe(paths.data);
  expect(wayBack('', '/nowhere')).toBe(paths.dashboard);
});
