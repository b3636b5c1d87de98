import type { HomeView, KnownBlock, ModalView } from '@slack/types'
import { checkBlocks } from './check-blocks.js'
import { Findings } from './findings.js'
import { LIMITS } from './limits.js'
import { schemaErrors } from './schemas.js'

/** What Slack would refuse in a message's blocks; empty where it would take them. */
export function blockErrors(blocks: unknown): readonly string[] {
  const errors = schemaErrors('blocks', blocks)
  if (errors.length > 0) return errors
  const found = new Findings()
  const known = blocks as readonly KnownBlock[]
  found.count('/blocks', known, LIMITS.messageBlocks, 0)
  checkBlocks(found, '/blocks', known)
  return found.messages
}

/** What Slack would refuse in a form or in the home tab. */
export function viewErrors(view: unknown): readonly string[] {
  const kind = (view as { type?: unknown } | null)?.type
  if (kind !== 'modal' && kind !== 'home') return ['[ERROR] unsupported type [json-pointer:/view/type]']
  const { blocks, ...rest } = view as { readonly blocks?: unknown }
  const errors = [...schemaErrors(kind, rest), ...schemaErrors('blocks', blocks)]
  if (errors.length > 0) return errors
  const found = new Findings()
  const known = view as HomeView | ModalView
  found.count('/view/blocks', known.blocks, LIMITS.viewBlocks, 0)
  found.text('/view/private_metadata', known.private_metadata, LIMITS.privateMetadata, 0)
  found.text('/view/callback_id', known.callback_id, LIMITS.callbackId, 0)
  checkBlocks(found, '/view/blocks', known.blocks as readonly KnownBlock[])
  if (known.type === 'modal') checkModal(found, known)
  return found.messages
}

function checkModal(found: Findings, view: ModalView): void {
  found.text('/view/title/text', view.title.text, LIMITS.viewTitle)
  found.text('/view/submit/text', view.submit?.text, LIMITS.viewTitle)
  found.text('/view/close/text', view.close?.text, LIMITS.viewTitle)
  if (view.submit === undefined && view.blocks.some(({ type }) => type === 'input')) {
    found.add('/view', 'missing required field: submit')
  }
}
