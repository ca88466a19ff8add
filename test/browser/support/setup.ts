/**
 * Begins the browser of a worker. Setup files are run for each test file, but what they import is loaded once for a worker;
 * and this one runs before no-traces.ts, which would take the browser's listeners for something that a test file left.
 */
import './shared-browser.ts';
