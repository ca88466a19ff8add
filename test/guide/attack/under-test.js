/**
 * Loaded before an app: a message lets milliseconds pass on its clock, and with them its deadlines. And a password costs less
 * time than it should in an app that somebody uses: the apps are started and signed in to a hundred times. Nothing else
 * changes.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

const { scryptSync } = crypto;
crypto.scryptSync = (password, salt, length) => scryptSync(password, salt, length, { cost: 2 });
syncBuiltinESMExports();

const { now } = Date;
let passed = 0;
Date.now = () => now() + passed;

const running = new Set();

AbortSignal.timeout = (milliseconds) => {
  const controller = new AbortController();
  const deadline = {
    until: Date.now() + milliseconds,
    end() {
      running.delete(deadline);
      controller.abort(new DOMException('The deadline has passed.', 'TimeoutError'));
    },
  };
  running.add(deadline);
  setTimeout(deadline.end, milliseconds).unref();
  return controller.signal;
};

process.on('message', ({ pass }) => {
  // Messages to begin an app are for ../support/shared-process.js.
  if (!pass) return;
  passed += pass;
  for (const { until, end } of running) if (until <= Date.now()) end();
  process.send('passed');
});
