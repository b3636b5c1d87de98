# The sandbox image: Debian 13 with systemd, sshd, the user exedev (uid 1000, sudo) and two stand-in services.
# One root file system serves twice: as the Incus image sb/trixie and as the OCI image in the registry.

build_image_archive() {
  [ -e "$IMAGE_ARCHIVE" ] && return
  local folder=$LAB/build/image
  rm -rf "$folder"
  mkdir -p "$folder/templates"
  bootstrap "$folder/rootfs" \
    systemd,systemd-sysv,dbus,openssh-server,sudo,python3-minimal,libpython3-stdlib,iproute2,ca-certificates,procps,udhcpc \
    trixie -- --customize-hook="sh '$HERE/image/prepare.sh' \"\$1\" '$HERE/image'" >"$LOG/build-image.log" 2>&1
  forget_mirror "$folder/rootfs"
  cp "$HERE/image/hostname.tpl" "$HERE/image/hosts.tpl" "$folder/templates/"
  sed "s/@ARCH@/$(uname -m)/" "$HERE/image/metadata.yaml" >"$folder/metadata.yaml"
  pack "$IMAGE_ARCHIVE" "$folder" metadata.yaml templates rootfs
  rm -rf "$folder"
}
