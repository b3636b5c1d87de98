import { renewCredentials } from '../../core/operations/credentials.js'
import { always, argument, command, operation, optional, sandboxArgument } from '../command.js'

export const credentials = command(
  'credentials',
  'Makes a new password for the agent, and sends it by direct message',
  'credentials <sandbox>',
  [
    sandboxArgument,
    argument('user', 'User name', 'A user name of your choice; the former one stays without'),
    argument('here', 'Here', 'Show it here, to you alone, where your direct messages are closed', { kind: 'flag' }),
  ],
  ({ context }, args) => {
    const request = { sandbox: args['sandbox'] ?? '', ...optional(args, 'user'), here: args['here'] !== undefined }
    return operation(renewCredentials(context, request))
  },
  { need: 'enter', isFrequent: true, isCostly: always },
)
