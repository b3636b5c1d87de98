import { changePort } from '../../core/operations/port.js'
import { always, argument, command, operation, sandboxArgument } from '../command.js'

export const port = command(
  'port',
  "Changes the app's port",
  'port <sandbox> <port>',
  [
    sandboxArgument,
    argument('port', 'Port', 'The port in the sandbox that the app listens on', {
      kind: 'number',
      required: () => true,
      positional: true,
    }),
  ],
  ({ context }, args) => operation(changePort(context, { sandbox: args['sandbox'] ?? '', port: args['port'] ?? '' })),
  { isCostly: always },
)
