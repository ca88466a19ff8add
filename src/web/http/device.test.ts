import Bowser from 'bowser';
import { describe, expect, it } from 'vitest';
import { describeDevice } from './device.ts';

const chromeOnMac =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

describe('describeDevice', () => {
  it('says browser and system', () => {
    expect(describeDevice(chromeOnMac)).toBe('Chrome on macOS');
  });

  it.each(['', 'x', '()', '\u0000', '🦊'])('has a word for what nobody recognises: %j', (userAgent) => {
    expect(describeDevice(userAgent)).toBe('Unknown device');
  });

  it.each(['Your account is blocked, call 555-1234/1.0 (x) y', 'A\u0085B\u00adC/1.0 (d) e', 'curl/8.0'])(
    'takes over no words of whoever asks: %j',
    (userAgent) => {
      expect(describeDevice(userAgent)).toBe('Unknown device');
    },
  );

  it('says no more than the hundred characters that the tables keep', () => {
    const longest = (names: object) => Math.max(...Object.values(names).map(({ length }) => length));
    expect(longest(Bowser.BROWSER_MAP) + ' on '.length + longest(Bowser.OS_MAP)).toBeLessThanOrEqual(100);
  });

  it('[ASVS 1.3.12] is quick with a long and hostile one', () => {
    const begin = performance.now();
    describeDevice(`Mozilla/5.0 ${'(a;'.repeat(50_000)}`);
    describeDevice(`${' '.repeat(100_000)}Chrome/`);
    expect(performance.now() - begin).toBeLessThan(200);
  });
});
