# The root in which the daemons live: Debian 13, Incus and Caddy from its backports.

# incus-base and not the "incus" metapackage, which would bring QEMU along.
build_root_archive() {
  [ -e "$ROOT_ARCHIVE" ] && return
  local folder=$LAB/build/root
  rm -rf "$folder"
  bootstrap "$folder" "$(
    tr -s ' \n' ',' <<<"ca-certificates iproute2 nftables dnsmasq-base btrfs-progs squashfs-tools rsync attr acl
      xz-utils zstd procps curl openssl uidmap skopeo docker-registry pebble pdns-server pdns-backend-sqlite3 sqlite3
      bind9 openssh-server" | sed 's/,$//'
  )" trixie trixie-backports -- \
    --customize-hook='chroot "$1" apt-get install -y -q --no-install-recommends -t trixie-backports incus-base incus-client caddy umoci' \
    >"$LOG/build-root.log" 2>&1
  forget_mirror "$folder"
  pack "$ROOT_ARCHIVE" "$folder" .
  rm -rf "$folder"
}

unpack_root() {
  [ "$(cat "$ROOT/.recipe" 2>/dev/null)" = "$ROOT_RECIPE" ] && return
  rm -rf "$ROOT"
  mkdir -p "$ROOT"
  tar --numeric-owner --xattrs -C "$ROOT" -xf "$ROOT_ARCHIVE"
  echo "$ROOT_RECIPE" >"$ROOT/.recipe"
}
