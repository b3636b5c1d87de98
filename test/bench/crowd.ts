import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Edit } from '../../src/core/edits.js'
import { wantedInstance } from '../../src/core/parts/instance.js'
import { wantedPipe } from '../../src/core/parts/pipe.js'
import type { SshKey } from '../../src/core/person.js'
import type { Sandbox } from '../../src/core/sandbox.js'
import { createBody } from '../../src/infra/incus/instance.js'
import type { StoredInstance, StoredState } from '../../src/infra/simulator/incus/model.js'
import { defaultNetwork } from '../../src/infra/simulator/incus/network.js'
import { makeKeyPair, type KeyPair } from '../../src/infra/sshpiper/openssh-key.js'
import { renderPipe } from '../../src/infra/sshpiper/pipe-files.js'
import { aSandbox } from '../core/sandbox-fixture.js'
import type { Engine, TestHost } from '../scenario/engine.js'

/** As many sandboxes has each person, and as many keys. */
const EACH = { sandboxes: 5, keys: 2 }
const HASH = `$2b$10$${'a'.repeat(53)}`
const STARTED_AT = '2026-01-01T00:00:00Z'

interface Member {
  readonly sandbox: Sandbox
  readonly mapping: KeyPair
}

/** Many sandboxes on a simulated host, written down instead of created one by one: that would take minutes. */
export class Crowd {
  private readonly members: readonly Member[]

  constructor(
    count: number,
    private readonly host: TestHost,
  ) {
    this.members = Array.from({ length: count }, (_, index) => member(index, host))
  }

  /** Before the simulator starts, which reads it then. All run, and as none has an address, none takes up ports. */
  writeInstances(simulatorFolder: string): void {
    const instances = this.members.map(({ sandbox }) => storedInstance(sandbox, this.host))
    const state: StoredState = {
      instances: Object.fromEntries(instances.map((instance) => [instance.name, instance])),
      acls: {},
      network: { description: '', config: { ...defaultNetwork } },
      cachedImages: [],
    }
    const folder = join(simulatorFolder, 'incus')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'incus.json'), JSON.stringify(state))
  }

  /** Rows and pipes; the routes are left to one pass of the loop itself. */
  async moveInto(engine: Engine): Promise<void> {
    engine.store.commit([
      ...this.owners().flatMap(moveIn),
      ...this.members.map(({ sandbox }): Edit => ({ edit: 'sandbox.add', sandbox })),
    ])
    for (const one of this.members) writePipe(engine.pipesFolder, one, this.host.sshPort)
    await engine.loop.pass({ apply: true })
  }

  private owners(): readonly string[] {
    return [...new Set(this.members.map(({ sandbox }) => sandbox.owner))]
  }
}

function moveIn(owner: string): readonly Edit[] {
  const identity = { platform: 'console', workspace: '', user: owner }
  return [
    { edit: 'person.add', person: { id: owner, name: owner, identities: [identity], isMuted: false } },
    ...keysOf(owner).map((key): Edit => ({ edit: 'key.add', key })),
  ]
}

function keysOf(owner: string): readonly SshKey[] {
  return Array.from({ length: EACH.keys }, (_, index) => {
    const blob = createHash('sha256').update(`${owner} ${index}`).digest('base64')
    const id = `${owner}-${index}`
    return { id, person: owner, type: 'ssh-ed25519', blob, comment: id, fingerprint: id, addedAt: new Date(STARTED_AT) }
  })
}

function member(index: number, host: TestHost): Member {
  const name = `app-${index}`
  const mapping = makeKeyPair()
  const sandbox = aSandbox({
    id: `id${index.toString(16).padStart(6, '0')}`,
    name,
    owner: `person-${Math.floor(index / EACH.sandboxes)}`,
    host: `${name}.${host.base}`,
    agentHost: `shelley.${name}.${host.base}`,
    instance: `${name}-bench`,
    ipv4: `127.77.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`,
    hostKeys: [makeKeyPair().publicLine],
    hostKeysAt: STARTED_AT,
    mappingKey: mapping.publicLine,
  })
  const accounts = [{ person: sandbox.owner, user: sandbox.owner, hash: HASH, delivered: true }]
  return { sandbox: { ...sandbox, spec: { ...sandbox.spec, accounts } }, mapping }
}

function storedInstance(sandbox: Sandbox, host: TestHost): StoredInstance {
  const wanted = wantedInstance(sandbox)
  if (wanted === null) throw new Error(`${sandbox.name} wants no instance`)
  const body = createBody(wanted, { network: host.network, pool: host.pool, acl: null })
  return {
    ...(body as Pick<StoredInstance, 'name' | 'type' | 'config' | 'devices' | 'profiles'>),
    architecture: 'x86_64',
    ephemeral: false,
    description: '',
    createdAt: STARTED_AT,
    lastUsedAt: STARTED_AT,
    startedAt: STARTED_AT,
    running: true,
    address: null,
    console: '',
    snapshots: [],
  }
}

function writePipe(root: string, { sandbox, mapping }: Member, sshPort: number): void {
  const pipe = wantedPipe(sandbox, keysOf(sandbox.owner), { sshPort })
  if (pipe === null) throw new Error(`${sandbox.name} wants no pipe`)
  const folder = join(root, pipe.name)
  mkdirSync(folder, { mode: 0o700 })
  for (const [file, text] of Object.entries(renderPipe(pipe, 'exedev', mapping.privateText)))
    writeFileSync(join(folder, file), text, { mode: 0o600 })
}
