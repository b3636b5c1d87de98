#!/bin/sh
# mmdebstrap's last hook: makes a plain Debian root a sandbox's. prepare.sh ROOT THIS_FOLDER
set -eu
root=$1
from=$2

chroot "$root" useradd -m -u 1000 -s /bin/bash exedev
echo 'exedev ALL=(ALL) NOPASSWD:ALL' >"$root/etc/sudoers.d/exedev"
chmod 440 "$root/etc/sudoers.d/exedev"
install -d -m 700 -o 1000 -g 1000 "$root/home/exedev/.ssh"

install -m 755 "$from/stand-in.py" "$root/usr/local/bin/stand-in"
install -m 755 "$from/dhcp6.sh" "$root/usr/local/bin/dhcp6"
install -m 755 "$from/dhcp6-script.sh" "$root/usr/local/bin/dhcp6-script"
install -m 644 "$from"/*.service "$root/etc/systemd/system/"
# Without host keys of its own, as each sandbox gets them before its first boot; sb-hostkeys makes one where it did not.
rm -f "$root"/etc/ssh/ssh_host_*
chroot "$root" systemctl -q enable sb-app sb-agent sb-dhcp sb-dhcp6 sb-hostkeys ssh
# There is no udev in here, and systemd-networkd waits for udev for ever: hence sb-dhcp and sb-dhcp6.
chroot "$root" systemctl -q mask systemd-modules-load.service systemd-networkd.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer

: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id" "$root/etc/hostname" "$root/etc/resolv.conf"
: >"$root/etc/resolv.conf"
