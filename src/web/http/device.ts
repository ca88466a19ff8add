/** The browser and system of a request in words. A hint for people, never a fact to decide on. */
import Bowser from 'bowser';

const longestUserAgent = 512;

/** Where it recognises nothing, the library takes a piece of the header for a name, which can be any sentence. */
const recognised: ReadonlySet<unknown> = new Set([
  ...Object.values(Bowser.BROWSER_MAP),
  ...Object.values(Bowser.OS_MAP),
]);

/** What a browser is called that says nothing of itself: it is read elsewhere too, in letters and beside other devices. */
export const unknownDevice = 'Unknown device';

/**
 * Such as "Chrome on macOS".
 *
 * @param userAgent the header, or empty
 * @returns {@link unknownDevice} when nothing is recognised
 */
export function describeDevice(userAgent: string): string {
  if (userAgent === '') return unknownDevice;
  const { browser, os } = Bowser.parse(userAgent.slice(0, longestUserAgent));
  const known = [browser.name, os.name].filter((name) => recognised.has(name));
  return known.length > 0 ? known.join(' on ') : unknownDevice;
}
