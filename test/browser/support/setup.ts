/** Begins the worker's browser before anybody looks at what a file leaves behind: its listeners belong to no file. */
import './shared-browser.ts';
