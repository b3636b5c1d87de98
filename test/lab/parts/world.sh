# The daemons' world: a mount namespace of its own (see enter.sh), in the machine's network, as the tests reach it there.

WORLD_ENV=(env -i PATH=/usr/libexec/incus:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8)

# A CA of the lab's own and a certificate for ghcr.io, which is a loopback address in the daemons' root only.
registry_certificate() {
  if [ ! -e "$TLS/registry.crt" ]; then
    local curve=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
    openssl req -x509 "${curve[@]}" -days 3650 -keyout "$TLS/ca.key" -out "$TLS/ca.crt" -subj '/CN=sandpiper lab' \
      -addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
    openssl req "${curve[@]}" -keyout "$TLS/registry.key" -out "$TLS/registry.csr" -subj '/CN=ghcr.io' 2>/dev/null
    printf 'subjectAltName=DNS:ghcr.io,IP:%s\nextendedKeyUsage=serverAuth\n' "$LAB_REGISTRY_IP" >"$TLS/registry.ext"
    openssl x509 -req -in "$TLS/registry.csr" -CA "$TLS/ca.crt" -CAkey "$TLS/ca.key" -CAcreateserial -days 3650 \
      -extfile "$TLS/registry.ext" -out "$TLS/registry.crt" 2>/dev/null
  fi
  local trusted=$ROOT/usr/local/share/ca-certificates/lab.crt
  if ! cmp -s "$TLS/ca.crt" "$trusted"; then
    cp "$TLS/ca.crt" "$trusted"
    chroot "$ROOT" update-ca-certificates >/dev/null 2>&1
  fi
  printf '127.0.0.1 localhost\n%s ghcr.io\n' "$LAB_REGISTRY_IP" >"$ROOT/etc/hosts"
}

hold_world() {
  running world && return
  rm -f "$RUN/world-ready"
  spawn world unshare --mount --propagation private bash "$HERE/parts/enter.sh" "$ROOT" "$LAB" "$LAB_CGROUP"
  wait_for 5 test -e "$RUN/world-ready" || fail "the daemons' world did not come up: $(tail -n 5 "$LOG/world.out")"
}

# inside COMMAND...: runs it in the world; spawn_inside NAME COMMAND...: leaves it running there.
inside() { nsenter -t "$(pid_of world)" -m "${WORLD_ENV[@]}" "$@"; }
spawn_inside() {
  local name=$1
  shift
  spawn "$name" nsenter -t "$(pid_of world)" -m "${WORLD_ENV[@]}" "$@"
}
