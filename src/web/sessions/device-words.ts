/** What a device is called on pages that are about other devices too. */
import { describeDevice } from '../http/device.ts';

/** A browser that says nothing of itself is "this device" only to whoever sits before it. */
const unnamed = describeDevice('');

/** Such as "Chrome on macOS", or "Unknown device". */
export function deviceWords(device: string | null): string {
  return device === null || device === unnamed ? 'Unknown device' : device;
}
