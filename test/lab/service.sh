#!/bin/bash
# Starts or stops one daemon of a lab that is up, for tests: service.sh start|stop incusd|caddy|caddy-unix [--resume]
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in settings processes world incus caddy; do
  # shellcheck source=/dev/null
  . "$HERE/parts/$part.sh"
done

action=${1:-} name=${2:-}
shift 2 || fail 'service.sh start|stop incusd|caddy|caddy-unix [--resume]'
case "$action $name" in
  'start incusd') start_incusd ;;
  'start caddy' | 'start caddy-unix') start_caddy "$name" "$@" ;;
  # TERM leaves the containers running, as a restart of Incus on a real host does.
  'stop incusd') halt incusd TERM 30 ;;
  'stop caddy' | 'stop caddy-unix') halt "$name" TERM 10 ;;
  *) fail "no such thing: $action $name" ;;
esac
