import { addDomain, removeDomain } from '../../core/operations/domain.js'
import { ownSandbox } from '../../core/operations/operation-context.js'
import { domainsCard } from '../cards/domains.js'
import { argument, command, operation, optional, sandboxArgument, say } from '../command.js'

export const domain = command(
  'domain',
  'Domains of your own at which the app is served too: list, add, remove',
  'domain <sandbox> [add | remove <domain>]',
  [
    sandboxArgument,
    argument('action', 'What to do', 'list, add or remove', {
      kind: 'choice',
      choices: ['list', 'add', 'remove'],
      positional: true,
    }),
    argument('domain', 'Domain', 'A domain of yours, such as app.example.com', {
      positional: true,
      required: (args) => args['action'] === 'add' || args['action'] === 'remove',
    }),
    argument('dns', 'DNS', 'Who keeps its records: automatic, or by-hand', {
      kind: 'choice',
      choices: ['automatic', 'by-hand'],
    }),
  ],
  ({ context, addresses }, args) => {
    const request = { sandbox: args['sandbox'] ?? '', domain: args['domain'] ?? '' }
    switch (args['action']) {
      case 'add':
        return operation(addDomain(context, { ...request, ...optional(args, 'dns') }))
      case 'remove':
        return operation(removeDomain(context, request))
      default:
        return say(domainsCard(ownSandbox(context, request.sandbox, 'see'), addresses))
    }
  },
)
