import { defineConfig } from 'vitest/config'

/** Where nobody watches, what a busy machine made too late is tried once more; a fault fails twice. */
const retry = process.env['CI'] === 'true' ? 1 : 0

export default defineConfig({
  test: {
    // Two on two cores, where one is the default: many tests wait for processes of their own.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          retry,
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**', 'test/browser/**'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'lab',
          retry,
          include: ['test/lab/**/*.lab.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'browser',
          retry,
          include: ['test/browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'bench',
          include: ['test/bench/**/*.bench.ts'],
          fileParallelism: false,
          disableConsoleIntercept: true,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})
