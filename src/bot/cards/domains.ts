import { awaitedOf, hostsOf, type HostName } from '../../core/hosts.js'
import { awaitedSentence } from '../../core/pointing.js'
import type { Sandbox } from '../../core/sandbox.js'
import type { Block, Button, Field, Inline, Message } from '../message.js'
import type { Addresses } from './addresses.js'
import { sentence } from './words.js'

const SERVES: Readonly<Record<HostName['serves'], string>> = { app: 'App', agent: 'Agent' }

/** All host names of a sandbox, and how it stands with each. */
export function domainsCard(sandbox: Sandbox, addresses: Addresses): Message {
  const add: Button = {
    label: 'Add domain',
    press: { command: 'domain', args: { sandbox: sandbox.name, action: 'add' } },
  }
  const fields = hostsOf(sandbox).map((name): Field => {
    const label = name.added ? 'Domain' : SERVES[name.serves]
    return { label, value: [...hostInlines(sandbox, name.host, addresses), ...keeping(name)] }
  })
  return {
    title: `Host names of ${sandbox.name}: ${fields.length}`,
    tone: 'plain',
    blocks: [{ block: 'fields', fields }, ...awaitedBlocks(sandbox, addresses), { block: 'buttons', buttons: [add] }],
  }
}

/** A host name as a link; one that is not published yet leads nowhere. */
export function hostInlines(sandbox: Sandbox, host: string, addresses: Addresses): Inline[] {
  if (awaitedOf(sandbox).includes(host)) return [{ code: host }, ' · waits for DNS']
  const url = addresses.url(host)
  return [{ link: url, url }]
}

/** What to do about the host names that are not published yet. */
export function awaitedBlocks(sandbox: Sandbox, addresses: Addresses): Block[] {
  return awaitedOf(sandbox).map((host) => sentence(awaitedSentence(host, addresses.pointing(host), addresses.here())))
}

function keeping({ dns }: HostName): Inline[] {
  return dns === 'by-hand' ? [' · DNS by hand'] : []
}
