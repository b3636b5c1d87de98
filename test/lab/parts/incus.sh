# incusd, its pools, its bridge, its HTTPS address with a trusted client, and the system image.

incus_answers() { curl -sf -m 2 -o /dev/null --unix-socket "$SOCKET" http://incus/1.0; }

start_incusd() {
  # A test that died may have left it frozen.
  if running incusd; then
    kill -CONT "$(pid_of incusd)"
  else
    spawn_inside incusd incusd --group incus-admin --logfile=/var/log/incus/incus.log
  fi
  wait_for 30 incus_answers || fail "incusd does not answer: $(tail -n 5 "$LOG/incusd.out")"
}

# Debian 13's client on Debian 12, by Debian 13's own loader: a person's way in, and this script's.
write_client() {
  local loader
  loader=$(compgen -G "$ROOT/usr/lib*/ld-linux-*.so.*" | head -n 1)
  cat >"$LAB/incus" <<CLIENT
#!/bin/bash
export INCUS_SOCKET='$SOCKET' INCUS_CONF='$STATE/client' XDG_CACHE_HOME='$STATE/client'
exec '$loader' --library-path '$(compgen -G "$ROOT/usr/lib/*-linux-gnu" | head -n 1)' '$ROOT/usr/bin/incus' "\$@"
CLIENT
  chmod +x "$LAB/incus"
}
incus() { "$LAB/incus" "$@"; }

# With IPv6 the start of an OCI container is faster (Incus does DHCP itself before it returns, and waits for less).
# Pinning an ipv6.address needs stateful DHCPv6.
configure_incus() {
  incus network show "$LAB_BRIDGE" >/dev/null 2>&1 && return
  local ipv6='ipv6.address: none'
  [ "$LAB_NET6" = none ] || ipv6="ipv6.address: '$LAB_NET6::1/64', ipv6.nat: 'true', ipv6.dhcp.stateful: 'true'"
  incus admin init --preseed <<PRESEED
config:
  images.auto_update_interval: '0'
  core.https_address: 127.0.0.1:$LAB_INCUS_PORT
networks:
  - name: $LAB_BRIDGE
    type: bridge
    config: { ipv4.address: $LAB_NET.1/24, ipv4.nat: 'true', ipv4.dhcp.ranges: $LAB_NET.200-$LAB_NET.250, $ipv6 }
storage_pools:
  - { name: default, driver: btrfs, config: { size: $LAB_POOL_SIZE } }
  - { name: plain, driver: dir }
profiles:
  - name: default
    devices:
      root: { type: disk, path: /, pool: default }
      eth0: { type: nic, name: eth0, network: $LAB_BRIDGE }
PRESEED
}

trust_client() {
  [ -e "$TLS/client.crt" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -keyout "$TLS/client.key" -out "$TLS/client.crt" -subj '/CN=sandpiper lab client' 2>/dev/null
  incus config trust list -f csv | grep -q lab-client ||
    incus config trust add-certificate "$TLS/client.crt" --name lab-client
}

import_image() {
  [ "$(incus image get-property sb/trixie recipe 2>/dev/null)" = "$IMAGE_RECIPE" ] && return
  ! incus image show sb/trixie >/dev/null 2>&1 || incus image delete sb/trixie
  incus image import "$IMAGE_ARCHIVE" --alias sb/trixie recipe="$IMAGE_RECIPE" >/dev/null
}
