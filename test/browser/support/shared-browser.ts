/** The browser of a worker: its files have contexts of their own in it, which share nothing. It ends with the worker. */
import { launchBrowser } from '../../support/browser.ts';

export const sharedBrowser = await launchBrowser();
