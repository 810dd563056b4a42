#!/usr/bin/env bash
# Builds dist/fallwatch_VERSION_ARCH.deb: the daemon, its unit, the pose networks of the
# profiles for cameras and, for this machine's own architecture, ONNX Runtime. The same commit
# gives the same bytes.
#
#   tools/deb/build.sh            for this machine
#   tools/deb/build.sh arm64      where Debian's cross-compiler and arm64's libraries are
set -euo pipefail
cd "$(dirname "$0")/../.."
GO=${GO:-go}
here=$(dpkg --print-architecture)
arch=${1:-$here}
home=${FALLKIT_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/fallkit}

root=dist/$arch
rm -rf "$root"
mkdir -p "$root/home/models" "$root/doc" "$root/debian"

if [ "$arch" != "$here" ]; then
  triplet=$(dpkg-architecture -a"$arch" -qDEB_HOST_MULTIARCH)
  export GOARCH=$arch CC=$triplet-gcc CXX=$triplet-g++ PKG_CONFIG_LIBDIR=/usr/lib/$triplet/pkgconfig:/usr/share/pkgconfig
  command -v "$CC" >/dev/null || { echo "$CC is missing: install g++-$triplet and libopencv-dev:$arch (docs/operate.md)" >&2; exit 1; }
fi
echo "building fallwatch for $arch"
CGO_ENABLED=1 $GO build -trimpath -ldflags '-s -w' -o "$root/fallwatch" ./cmd/fallwatch

for network in multipose256 lightning192; do
  cp "$home/models/$network.onnx" "$root/home/models/" 2>/dev/null || { echo "the pose network $network is not in $home: run make weights" >&2; exit 1; }
done
if [ "$arch" = "$here" ] && [ -f "$home/runtime/libonnxruntime.so.1" ]; then
  mkdir -p "$root/home/runtime"
  cp "$home/runtime/libonnxruntime.so.1" "$root/home/runtime/"
fi
cp docs/operate.md docs/metrics-prometheus.md docs/cameras.md models/base/MODEL_CARD.md "$root/doc/"
gzip -9nc CHANGELOG.md >"$root/doc/changelog.gz"
find "$root/home" "$root/doc" -type f -exec chmod 644 {} +

# The libraries that the program needs, by the packages that have them.
printf 'Source: fallwatch\n\nPackage: fallwatch\nArchitecture: any\n' >"$root/debian/control"
libraries=$(cd "$root" && DEB_HOST_ARCH=$arch dpkg-shlibdeps --warnings=0 -O -e fallwatch | sed 's/^shlibs:Depends=//')
[ -n "$libraries" ] || { echo "which libraries fallwatch needs cannot be told" >&2; exit 1; }

DEB_ROOT=$root DEB_ARCH=$arch DEB_DEPENDS=$libraries
DEB_VERSION=$(sed -n 's/^const Version = "\(.*\)"$/\1/p' internal/command/version.go)
DEB_MAINTAINER=${DEB_MAINTAINER:-Fallkit <fallkit@localhost>}
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export DEB_ROOT DEB_ARCH DEB_DEPENDS DEB_VERSION DEB_MAINTAINER SOURCE_DATE_EPOCH
deb=dist/fallwatch_${DEB_VERSION}_$arch.deb
env -u GOARCH -u CC -u CXX CGO_ENABLED=0 $GO tool -modfile=tools/nfpm/go.mod nfpm package --config packaging/nfpm.yaml --packager deb --target "$deb"
rm -rf "$root"
ls -l "$deb"
