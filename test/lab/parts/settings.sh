# Every knob of the lab. Each is an environment variable; what stands here is its default.

LAB=${SANDPIPER_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/sandpiper-lab}
# Beside the lab, not in it: `down.sh --purge` deletes the lab, CI keeps the archives between runs.
LAB_CACHE=${SANDPIPER_LAB_CACHE:-$LAB-cache}

LAB_BRIDGE=${SANDPIPER_LAB_BRIDGE:-labbr0}
LAB_NET=${SANDPIPER_LAB_NET:-10.88.0}           # the first three numbers of a /24: .10-.199 for pins, .200-.250 by DHCP
LAB_NET6=${SANDPIPER_LAB_NET6:-fd88:5a2d:9c10:1} # the first four groups of a /64; "none" for a bridge without IPv6
LAB_POOL_SIZE=${SANDPIPER_LAB_POOL_SIZE:-12GiB} # of the btrfs pool's sparse file

LAB_INCUS_PORT=${SANDPIPER_LAB_INCUS_PORT:-8443}
LAB_CADDY_ADMIN=${SANDPIPER_LAB_CADDY_ADMIN:-127.0.0.1:2019}
LAB_CADDY_HTTP=${SANDPIPER_LAB_CADDY_HTTP:-127.0.0.1:7080}   # the lab opens neither of these two: the tests' Caddy
LAB_CADDY_HTTPS=${SANDPIPER_LAB_CADDY_HTTPS:-127.0.0.1:7443} # configuration does, and all of them use the same
LAB_REGISTRY_IP=${SANDPIPER_LAB_REGISTRY_IP:-127.0.0.5}
LAB_PDNS_PORT=${SANDPIPER_LAB_PDNS_PORT:-5300}
LAB_PDNS_API_PORT=${SANDPIPER_LAB_PDNS_API_PORT:-8053}
LAB_NAMED_PORT=${SANDPIPER_LAB_NAMED_PORT:-5301}

# v2: a cgroup2 mount of the lab's own, which Incus 7 needs. Where the machine's controllers belong to v1, limits.* are
# then accepted but not enforced. host: the machine's own tree as it is.
LAB_CGROUP=${SANDPIPER_LAB_CGROUP:-v2}
# A Debian mirror; empty: the one that the machine's own apt uses.
LAB_MIRROR=${SANDPIPER_LAB_MIRROR:-}

ROOT=$LAB/root        # the daemons' own root: Debian 13, as Debian 12 has neither Incus 7 nor Caddy 2.11
STATE=$LAB/state      # what the daemons keep
RUN=$LAB/run          # one file a process: its id and the moment it was started
LOG=$STATE/log
TLS=$LAB/tls
SOCKET=$STATE/incus/unix.socket
OCI_SERVER=https://ghcr.io
OCI_ALIAS=boldsoftware/exeuntu:latest
