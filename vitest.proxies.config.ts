/** What stands in front of the application and behind it, as Debian has it: `npm run test:proxies`. Not part of `npm test`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/proxies/**/*.test.ts'],
    env: { TEST_DATABASE: 'sqlite' },
    globalSetup: ['test/support/sqlite-template.ts'],
    // One after the other: each starts programs of its own.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['verbose'],
  },
});
