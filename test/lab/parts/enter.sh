#!/bin/bash
# Holds the daemons' world open: a mount namespace whose root is the daemons' own. enter.sh ROOT LAB CGROUP
# pivot_root and not chroot: a chrooted process may not create the user namespaces that containers need.
set -euo pipefail
root=$1
lab=$2
cgroup=$3

mount --rbind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mkdir -p "$root"/{run/incus,run/lock,var/lib/incus,var/log/incus,lab,.old}
mount --bind "$lab/state/incus" "$root/var/lib/incus"
mount --bind "$lab/state/log" "$root/var/log/incus"
mount --bind "$lab" "$root/lab"
case $cgroup in
  v2) mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup" ;;
  host) mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup" ;;
  *) echo "the lab's cgroup is v2 or host, not $cgroup" && exit 1 ;;
esac
cd "$root"
pivot_root . .old
umount -l /.old
cd /
touch /lab/run/world-ready
exec sleep infinity
