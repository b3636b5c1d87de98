import type { Command } from '../command.js'
import { admin } from './admin.js'
import { cancel } from './cancel.js'
import { certificate } from './certificate.js'
import { create } from './create.js'
import { credentials } from './credentials.js'
import { remove } from './delete.js'
import { domain } from './domain.js'
import { help } from './help.js'
import { keys } from './keys.js'
import { link } from './link.js'
import { list } from './list.js'
import { notices } from './notices.js'
import { pair } from './pair.js'
import { port } from './port.js'
import { restart, start, stop } from './power.js'
import { share } from './share.js'
import { show } from './show.js'
import { ssh } from './ssh.js'
import { sync } from './sync.js'
import { transfer } from './transfer.js'
import { unlink } from './unlink.js'
import { update } from './update.js'
import { whoami } from './whoami.js'

/** Every command, in the order in which help shows them. */
export const commands: readonly Command[] = [
  create,
  list,
  show,
  start,
  stop,
  restart,
  remove,
  cancel,
  port,
  domain,
  credentials,
  ssh,
  update,
  share,
  transfer,
  keys,
  notices,
  sync,
  certificate,
  admin,
  link,
  unlink,
  pair,
  whoami,
  help,
]
