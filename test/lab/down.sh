#!/bin/bash
# Stops what up.sh started. The state stays: the next up.sh goes on with it. With --purge the lab's folder goes as well;
# the two archives, which take long to make, stay in their cache folder.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in settings processes world incus stop; do
  # shellcheck source=/dev/null
  . "$HERE/parts/$part.sh"
done

[ "$(id -u)" = 0 ] || fail 'the lab needs root'
[ -d "$RUN" ] || exit 0
exec 9>"$RUN/lock"
flock 9

stop_all
rm -f "$LAB/lab.json"
step 'down'
if [ "${1:-}" = --purge ]; then
  rm -rf "$LAB"
  step "purged; the archives are still in $LAB_CACHE"
fi
