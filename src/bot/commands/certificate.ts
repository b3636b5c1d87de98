import { UserError } from '../../core/errors.js'
import { rootCertificateCard } from '../cards/root-certificate.js'
import { argument, command, say } from '../command.js'

export const certificate = command(
  'certificate',
  'The root certificate of this host, for browsers that do not trust it yet',
  'certificate [root]',
  [argument('action', 'What to show', 'root', { kind: 'choice', choices: ['root'], positional: true })],
  async ({ host }) => {
    const root = await host.rootCertificate()
    if (root !== null) return say(rootCertificateCard(root))
    throw new UserError(
      'not-found',
      'There is nothing to install: certificates here come from an authority that browsers know, or all is plain HTTP.',
    )
  },
)
