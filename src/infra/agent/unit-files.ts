import { hostAndPort } from '../../core/ip.js'
import type { WantedAgent } from '../../core/parts/agent.js'

export const BINARY = '/usr/local/bin/shelley'
/** Beside the binary, so that one rename puts it in its place. */
export const NEXT_BINARY = '/usr/local/bin/.shelley.next'
export const FORMER_BINARY = '/usr/local/bin/.shelley.former'

const UNITS = '/etc/systemd/system'
export const SOCKET_UNIT = `${UNITS}/shelley.socket`
const SERVICE_UNIT = `${UNITS}/shelley.service`
const CONFIG = '/etc/sandpiper/shelley.json'
const DATA = '/home/exedev/.config'
const LOGIN = { uid: 1000, gid: 1000 }

export interface InstanceFile {
  readonly path: string
  readonly content: string
  readonly type: 'file' | 'directory' | 'symlink'
  readonly mode: string
  readonly uid?: number
  readonly gid?: number
}

/**
 * Everything but the binary, parents first. An image such as exeuntu has units of its own, which our drop-ins bend; any
 * other gets ours, under the same names.
 */
export function agentFiles(wanted: WantedAgent, hasUnits: boolean): readonly InstanceFile[] {
  return [
    folder('/etc/sandpiper'),
    folder(`${SOCKET_UNIT}.d`),
    folder(`${SERVICE_UNIT}.d`),
    folder(`${UNITS}/sockets.target.wants`),
    { ...folder(DATA), ...LOGIN },
    { ...folder(`${DATA}/shelley`), ...LOGIN },
    ...(hasUnits ? [] : [file(SOCKET_UNIT, socketUnit), file(SERVICE_UNIT, serviceUnit)]),
    { path: `${UNITS}/sockets.target.wants/shelley.socket`, content: SOCKET_UNIT, type: 'symlink', mode: '0777' },
    file(CONFIG, '{}\n'),
    file(`${SOCKET_UNIT}.d/50-sandpiper.conf`, socketDropIn(wanted)),
    file(`${SERVICE_UNIT}.d/50-sandpiper.conf`, serviceDropIn),
    file(`${SERVICE_UNIT}.d/60-sandpiper-environment.conf`, environment),
  ]
}

const socketUnit = `[Unit]
Description=Where the coding agent listens

[Socket]
Accept=no

[Install]
WantedBy=sockets.target
`

const serviceUnit = `[Unit]
Description=The coding agent
BindsTo=shelley.socket
After=shelley.socket network.target
ConditionPathExists=${BINARY}

[Service]
Type=exec
User=exedev
Group=exedev
WorkingDirectory=/home/exedev
Environment=HOME=/home/exedev USER=exedev
Restart=on-failure
KillMode=process
TimeoutStopSec=10
`

/** Empty first: the image's own line would stay beside ours. The address is there before the network is. */
function socketDropIn({ address, port }: WantedAgent): string {
  return `[Socket]
ListenStream=
ListenStream=${hostAndPort(address, port)}
FreeBind=yes
`
}

/**
 * A configuration of our own: the image's turns on links of its publisher's service. It comes back at once from an exit
 * that asks for it, and as often as that may be.
 */
const serviceDropIn = `[Unit]
StartLimitIntervalSec=0

[Service]
ExecStart=
ExecStart=${BINARY} -db ${DATA}/shelley/shelley.db -config ${CONFIG} serve -systemd-activation -require-header X-Exedev-Userid
Restart=on-failure
RestartSec=200ms
`

/** Updates come from the host, with a checksum and a way back. */
const environment = `[Service]
Environment=SHELLEY_SKIP_VERSION_CHECK=true
`

function folder(path: string): InstanceFile {
  return { path, content: '', type: 'directory', mode: '0755' }
}

function file(path: string, content: string): InstanceFile {
  return { path, content, type: 'file', mode: '0644' }
}
