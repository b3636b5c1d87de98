import { restartSandbox, startSandbox, stopSandbox } from '../../core/operations/power.js'
import { always, command, operation, sandboxArgument } from '../command.js'

export const start = command(
  'start',
  'Starts a stopped sandbox',
  'start <sandbox>',
  [sandboxArgument],
  ({ context }, args) => operation(startSandbox(context, { sandbox: args['sandbox'] ?? '' })),
  { need: 'enter', isFrequent: true, isCostly: always },
)

export const stop = command(
  'stop',
  'Stops a sandbox',
  'stop <sandbox>',
  [sandboxArgument],
  ({ context }, args) => operation(stopSandbox(context, { sandbox: args['sandbox'] ?? '' })),
  { need: 'enter', isFrequent: true },
)

export const restart = command(
  'restart',
  'Restarts a sandbox',
  'restart <sandbox>',
  [sandboxArgument],
  ({ context }, args) => operation(restartSandbox(context, { sandbox: args['sandbox'] ?? '' })),
  { need: 'enter', isFrequent: true, isCostly: always },
)
