import { allowanceOf, useOf } from '../../core/quota.js'
import { whoamiCard } from '../cards/whoami.js'
import { command, say } from '../command.js'

export const whoami = command(
  'whoami',
  'Who you are here, and what you have and may have',
  'whoami',
  [],
  ({ context, presence }) => {
    const { state, settings, actor, now } = context
    const { person } = actor
    const used = useOf(state.sandboxes.filter((sandbox) => sandbox.owner === person.id))
    const allowed = allowanceOf(state, settings, presence, person.id, now)
    return say(whoamiCard(state, { person, access: actor, identity: presence.identity, used, allowed }))
  },
  { group: 'me' },
)
