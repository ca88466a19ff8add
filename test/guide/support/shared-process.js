/** Runs each app that a message names, with the environment that comes with it: an app reads that when it begins. */
process.on('message', async ({ app, env }) => {
  // Messages to move the clock are for ../attack/under-test.js.
  if (!app) return;
  Object.assign(process.env, env);
  await import(app);
});
process.stdout.write('listening\n');
