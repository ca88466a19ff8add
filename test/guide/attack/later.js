/** Loaded before an app: a signal lets eleven minutes pass on its clock, and nothing else. */
const { now } = Date;
let later = 0;
Date.now = () => now() + later;

process.on('SIGUSR2', () => {
  later += 11 * 60_000;
  process.stdout.write('eleven minutes later\n');
});
