#!/usr/bin/env bash
# Builds the package for arm64 in a chroot of Debian 12, where arm64's OpenCV cannot push this
# machine's own out. It needs root and debootstrap. CHROOT names the folder, which is made where it
# is not there and kept for the next time (2 GB); BASE may name one that debootstrap has made.
set -euo pipefail
cd "$(dirname "$0")/../.."
GO=${GO:-go}
root=${CHROOT:-dist/chroot-arm64}
home=${FALLKIT_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/fallkit}
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }

if [ ! -e "$root/ready" ]; then
  echo "making $root"
  mkdir -p "$(dirname "$root")"
  if [ -n "${BASE:-}" ]; then cp -a "$BASE" "$root"; else debootstrap --variant=minbase bookworm "$root" "${MIRROR:-http://deb.debian.org/debian}"; fi
  cp /etc/resolv.conf "$root/etc/"
  inside dpkg --add-architecture arm64
  inside apt-get -qq update
  inside apt-get -qq -y --no-install-recommends install g++-aarch64-linux-gnu pkg-config dpkg-dev git ca-certificates libopencv-dev:arm64
  touch "$root/ready"
fi
mounted=()
finish() { for m in "${mounted[@]}"; do umount "$root$m"; done; }
trap finish EXIT
bind() { mkdir -p "$root$2"; mount --bind "$1" "$root$2"; mounted=("$2" "${mounted[@]}"); }
bind "$PWD" /src
bind "$($GO env GOROOT)" /go
bind "$($GO env GOMODCACHE)" /modules
bind "$home" /pose
mount -t proc proc "$root/proc"
mounted=(/proc "${mounted[@]}")
inside git config --system --add safe.directory /src
inside sh -ec 'cd /src && GO=/go/bin/go GOMODCACHE=/modules GOFLAGS="-buildvcs=false" GOCACHE=/cache GOTOOLCHAIN=local FALLKIT_HOME=/pose tools/deb/build.sh arm64'
