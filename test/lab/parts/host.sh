# The machine itself: tools from apt, and the one kernel setting that systemd in many containers needs.

HOST_PACKAGES=(mmdebstrap zstd xz-utils bind9-dnsutils curl jq openssh-client openssl iproute2 procps util-linux
  ca-certificates debian-archive-keyring)

# Asked package by package: `command -v a b c` succeeds as soon as one of them is there.
host_tools() {
  local package missing=()
  for package in "${HOST_PACKAGES[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Each systemd holds several inotify instances and all containers share root's budget: with the default of 128 the 18th
# container's systemd dies ("Failed to create control group inotify object") while Incus reports a successful start.
host_kernel() {
  [ "$(cat /proc/sys/fs/inotify/max_user_instances)" -ge 4096 ] || sysctl -qw fs.inotify.max_user_instances=4096
}

# The mirror of the machine's own apt, whichever format its sources have. indextargets also lists third-party archives
# of the same release: the right one is the one that has what we want.
host_mirror() {
  [ -z "$LAB_MIRROR" ] || { echo "$LAB_MIRROR"; return; }
  local uri probe
  probe=$(mktemp)
  while read -r uri; do
    if /usr/lib/apt/apt-helper -o Acquire::Retries=2 download-file "${uri%/}/dists/trixie-backports/InRelease" "$probe" \
      >/dev/null 2>&1; then
      rm -f "$probe"
      echo "$uri"
      return
    fi
  done < <(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | awk '!seen[$0]++')
  rm -f "$probe"
  return 1
}
