# A registry that is https://ghcr.io to the daemons, and in it the stand-in for the exeuntu image.

registry_answers() { inside curl -sf -o /dev/null "$OCI_SERVER/v2/"; }

start_registry() {
  cat >"$LAB/registry.yml" <<CONFIG
version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: /lab/state/registry }, delete: { enabled: true } }
http: { addr: '$LAB_REGISTRY_IP:443', tls: { certificate: /lab/tls/registry.crt, key: /lab/tls/registry.key } }
CONFIG
  running registry || spawn_inside registry docker-registry serve /lab/registry.yml
  wait_for 10 registry_answers || fail "the registry does not answer: $(tail -n 5 "$LOG/registry.out")"
}

push_oci_image() {
  [ "$(cat "$STATE/oci-recipe" 2>/dev/null)" = "$IMAGE_RECIPE" ] && return
  local folder=$LAB/build/oci
  rm -rf "$folder"
  mkdir -p "$folder"
  tar -C "$folder" --numeric-owner --xattrs -xf "$IMAGE_ARCHIVE" rootfs
  inside bash -euc '
    cd /lab/build/oci
    umoci init --layout oci
    umoci new --image oci:latest
    umoci insert --image oci:latest rootfs /
    umoci config --image oci:latest --config.entrypoint /sbin/init --config.exposedports 8000/tcp \
      --config.env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --architecture "$1" --os linux
    skopeo copy -q --insecure-policy oci:oci:latest "docker://$2"
  ' - "$ARCH" "${OCI_SERVER#https://}/$OCI_ALIAS"
  rm -rf "$folder"
  echo "$IMAGE_RECIPE" >"$STATE/oci-recipe"
}
