#!/bin/bash
# From a bare Debian 12 (root, apt) to real systems: Incus 7 with two pools, a bridge and two images, Caddy 2.11,
# PowerDNS, BIND, Pebble. Each step is skipped when its result is there, so running it again costs a second.
# What is where, and every knob: README.md beside this file and parts/settings.sh.
set -euo pipefail
umask 022
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in settings processes host archives daemons-root sandbox-image world incus registry caddy dns stop describe; do
  # shellcheck source=/dev/null
  . "$HERE/parts/$part.sh"
done

[ "$(id -u)" = 0 ] || fail 'the lab needs root: it makes namespaces, mounts and a bridge'
mkdir -p "$LAB" "$LAB_CACHE" "$RUN" "$TLS" "$LAB/build" "$STATE"/{log,incus,registry}
exec 9>"$RUN/lock"
flock 9

host_tools
host_kernel
step 'tools of the host'

if [ ! -e "$ROOT_ARCHIVE" ] || [ ! -e "$IMAGE_ARCHIVE" ]; then
  MIRROR=$(host_mirror) || fail 'no mirror of this machine has trixie-backports; set SANDPIPER_LAB_MIRROR'
  build_root_archive &
  root_build=$!
  build_image_archive &
  image_build=$!
  wait "$root_build" || fail "the daemons' root could not be built: see $LOG/build-root.log"
  wait "$image_build" || fail "the sandbox image could not be built: see $LOG/build-image.log"
fi
step 'archives'

if [ "$(cat "$ROOT/.recipe" 2>/dev/null)" != "$ROOT_RECIPE" ]; then
  stop_all
  unpack_root
fi
step "daemons' root"

registry_certificate
hold_world
write_client
start_incusd
step 'incusd answers'
configure_incus
trust_client
import_image
step 'Incus is configured, the system image is in it'
start_registry
push_oci_image
step 'the OCI image is in the registry'
start_caddy caddy --resume
step 'Caddy answers'
start_dns
step 'DNS answers'
describe
step "up: $LAB/lab.json says where everything is"
