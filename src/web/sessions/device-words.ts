/** What a device is called on pages that are about other devices too. */
import { unknownDevice } from '../http/device.ts';

/** What earlier versions kept of a browser that says nothing of itself. */
const formerly = 'this device';

/** Such as "Chrome on macOS", or "Unknown device". */
export function deviceWords(device: string | null): string {
  return device === null || device === formerly ? unknownDevice : device;
}
