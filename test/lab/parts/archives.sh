# The two things that take long are made once and kept: the daemons' root and the sandbox image.
# An archive's name carries a hash of the recipe that made it, so a changed recipe never meets an old archive.

ARCH=$(dpkg --print-architecture)
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

recipe_hash() { cat "$HERE/parts/archives.sh" "$@" | sha256sum | cut -c 1-12; }
ROOT_RECIPE=$(recipe_hash "$HERE/parts/daemons-root.sh")
IMAGE_RECIPE=$(recipe_hash "$HERE/parts/sandbox-image.sh" "$HERE"/image/*)
ROOT_ARCHIVE=$LAB_CACHE/root-$ARCH-$ROOT_RECIPE.tar.zst
IMAGE_ARCHIVE=$LAB_CACHE/image-$ARCH-$IMAGE_RECIPE.tar.zst

# bootstrap TARGET PACKAGES SUITE... -- MORE_OPTIONS...
# A mirror that stands still (a dated snapshot) has outdated Release files: their dates are not looked at.
bootstrap() {
  local target=$1 packages=$2 suite proxy sources=() options=()
  shift 2
  while [ "$1" != -- ]; do
    sources+=("deb [signed-by=$KEYRING] $MIRROR $1 main")
    shift
  done
  shift
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  [ -z "${proxy:-}" ] || options+=(--aptopt="Acquire::http::Proxy \"$proxy\"")
  mmdebstrap --mode=root --variant=minbase --format=directory --keyring="$KEYRING" \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Check-Date "false"' \
    --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --include="$packages" "${options[@]}" "$@" trixie "$target" "${sources[@]}"
}

# forget_mirror ROOT: no trace of this machine's mirror goes into an archive.
forget_mirror() { rm -rf "$1"/var/lib/apt/lists/* "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*; }

# pack ARCHIVE FOLDER NAMES...: renamed into place, so that a half written archive is never taken for a whole one;
# older ones of the same kind go.
pack() {
  local archive=$1 folder=$2 kind
  shift 2
  kind=$(basename "$archive" | cut -d - -f 1)
  tar --numeric-owner --xattrs -C "$folder" -c "$@" | zstd -T0 -3 -q -f -o "$archive.part"
  rm -f "$LAB_CACHE/$kind"-*.tar.zst
  mv "$archive.part" "$archive"
}
