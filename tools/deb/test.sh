#!/usr/bin/env bash
# Installs the Debian package on a clean Debian 12 (debootstrap), boots that with systemd, lets the
# daemon watch an RTSP camera, and removes the package again: tools/deb/test.sh dist/fallwatch_*.deb
#
# It needs root, debootstrap, ffmpeg, and systemd-nspawn (Debian's systemd-container; NSPAWN names
# another one). Without the last, the daemon is started by hand in a chroot. BASE may name a folder
# that debootstrap has made before; VIDEO another video than a generated fall.
set -euo pipefail
cd "$(dirname "$0")/../.."
GO=${GO:-go}
deb=$(realpath "${1:?give the package}")
nspawn=${NSPAWN:-$(command -v systemd-nspawn || true)}
work=$(mktemp -d)
root=$work/root
camera=
finish() {
  [ -z "$camera" ] || kill "$camera" 2>/dev/null || true
  mountpoint -q "$root/proc" && umount "$root/proc" || true
  rm -rf --one-file-system "$work"
}
trap finish EXIT
say() { echo "deb-test: $*"; }
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }

say "a clean Debian"
if [ -n "${BASE:-}" ]; then
  cp -a "$BASE" "$root"
else
  debootstrap --variant=minbase bookworm "$root" "${MIRROR:-http://deb.debian.org/debian}" >"$work/debootstrap.log" || { tail "$work/debootstrap.log"; exit 1; }
fi
cp /etc/resolv.conf "$root/etc/"
apt() { inside apt-get -qq -y --no-install-recommends "$@" >"$work/apt.log" 2>&1 || { tail -n 20 "$work/apt.log"; exit 1; }; }
apt update
apt install curl ${nspawn:+systemd systemd-sysv}
before=$(inside dpkg-query -W -f '${Package}\n' | wc -l)
cp "$deb" "$root/opt/fallwatch.deb"
say "installing"
apt install /opt/fallwatch.deb
rm "$root/opt/fallwatch.deb"
say "$(($(inside dpkg-query -W -f '${Package}\n' | wc -l) - before)) packages came along; $(inside fallwatch version)"

fail() { echo "deb-test: FAILED: $*" >&2; exit 1; }
[ "$(inside stat -c '%U %a' /var/lib/fallwatch)" = "fallwatch 750" ] || fail "/var/lib/fallwatch is $(inside stat -c '%U %a' /var/lib/fallwatch)"
[ "$(inside stat -c '%U:%G %a' /etc/fallwatch/fallwatch.yaml)" = "root:fallwatch 640" ] || fail "the settings can be read by others"
inside fallwatch config --config /etc/fallwatch/fallwatch.yaml >/dev/null || fail "the settings that come along are refused"

say "a camera"
video=${VIDEO:-}
if [ -z "$video" ]; then
  $GO run ./cmd/falltrain simulate --clips 2 --seed 1 --out "$work/clips" >/dev/null 2>&1
  video=$work/clips/$(grep -m 1 ',fall,' "$work/clips/labels.csv" | cut -d, -f 3)
fi
$GO build -o "$work/camera" ./internal/rtsptest/player
"$work/camera" -listen 127.0.0.1:18554 "$video" >"$work/camera.log" 2>&1 &
camera=$!
for _ in $(seq 50); do grep -qs rtsp "$work/camera.log" && break; sleep 0.2; done
grep -qs rtsp "$work/camera.log" || fail "the camera: $(cat "$work/camera.log")"
cat >"$root/etc/fallwatch/fallwatch.yaml" <<EOF
cameras:
  - {name: hall, url: "rtsp://127.0.0.1:18554/live"}
web: {listen: "127.0.0.1:18443"}
EOF

install -m 755 tools/deb/inside.sh "$root/opt/inside.sh"
if [ -n "$nspawn" ]; then
  say "booting it"
  cat >"$root/etc/systemd/system/deb-test.service" <<EOF
[Unit]
After=multi-user.target
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
ExecStart=/opt/inside.sh systemd
StandardOutput=file:/opt/log
StandardError=file:/opt/log
[Install]
WantedBy=default.target
EOF
  inside systemctl enable -q deb-test fallwatch
  timeout 900 "$nspawn" -q -D "$root" --register=no --keep-unit --boot >"$work/boot.log" 2>&1 || true
  cat "$root/opt/log" || tail -n 30 "$work/boot.log"
else
  say "without systemd-nspawn: starting it by hand"
  mount -t proc proc "$root/proc"
  inside /opt/inside.sh chroot 2>&1 | tee "$root/opt/log"
  umount "$root/proc"
fi
grep -q '^all is well$' "$root/opt/log" || fail "see above"

say "removing"
apt remove fallwatch
[ ! -e "$root/usr/bin/fallwatch" ] && [ ! -e "$root/usr/lib/systemd/system/fallwatch.service" ] && [ ! -e "$root/usr/share/fallwatch" ] || fail "a removal leaves the program behind"
[ -e "$root/etc/fallwatch/fallwatch.yaml" ] && [ -e "$root/var/lib/fallwatch/journal.db" ] || fail "a removal takes settings or state along"
apt purge fallwatch
[ ! -e "$root/etc/fallwatch" ] && [ ! -e "$root/var/lib/fallwatch" ] || fail "a purge leaves settings or state behind"
! inside getent passwd fallwatch >/dev/null || fail "a purge leaves the user behind"
say "all is well"
