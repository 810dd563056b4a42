#!/bin/bash
# Runs in the clean Debian of test.sh and looks at the daemon there. It ends with "all is well".
set -euo pipefail
page=https://127.0.0.1:18443
say() { echo "  $*"; }
fail() { echo "FAILED: $*"; [ "$how" = chroot ] || journalctl -u fallwatch --no-pager -o cat | tail -n 40; exit 1; }
status() { curl -ks -o /dev/null -w '%{http_code}' --max-time 5 "$page/$1" || true; }
# until what is true, at most so many seconds
until_true() {
  local end=$((SECONDS + $1)); shift
  while ! "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.5; done
}
is() { [ "$(status "$1")" = "$2" ]; }
how=$1

if [ "$how" = chroot ]; then
  STATE_DIRECTORY=/var/lib/fallwatch setpriv --reuid fallwatch --regid fallwatch --init-groups fallwatch run >/opt/daemon.log 2>&1 &
  pid=$!
  until_true 60 is readyz 200 || { cat /opt/daemon.log; fail "it does not get ready: $(status readyz)"; }
  is livez 200 || fail "/livez is $(status livez)"
  say "ready, run as fallwatch by hand"
  kill -TERM $pid
  wait $pid || [ $? = 130 ] || fail "it ended with $?"
  echo "all is well"
  exit 0
fi

pid() { systemctl show -P MainPID fallwatch; }
until_true 60 systemctl -q is-active fallwatch || fail "the unit does not become active: $(systemctl show -P ActiveState -P Result fallwatch | xargs)"
until_true 60 is readyz 200 || fail "it does not get ready: $(status readyz)"
is livez 200 || fail "/livez is $(status livez)"
say "ready $(($(systemctl show -P ActiveEnterTimestampMonotonic fallwatch) / 1000 - $(systemctl show -P ExecMainStartTimestampMonotonic fallwatch) / 1000)) ms after its start: $(systemctl show -P StatusText fallwatch)"

grep -qx 'NoNewPrivs:\s*1' "/proc/$(pid)/status" || fail "it may gain privileges"
grep -qx 'CapEff:\s*0*' "/proc/$(pid)/status" || fail "it has capabilities"
grep -qx 'Seccomp:\s*2' "/proc/$(pid)/status" || fail "its system calls are not filtered"
[ "$(stat -c %U "/proc/$(pid)")" = fallwatch ] || fail "it runs as $(stat -c %U "/proc/$(pid)")"
[ -s /var/lib/fallwatch/journal.db ] || fail "it has no journal"
say "sandboxed; $(systemd-analyze security fallwatch | tail -n 1 | tr -dc 'a-zA-Z0-9.: ')"

first=$(systemctl show -P WatchdogTimestampMonotonic fallwatch)
until_true 30 eval '[ "$(systemctl show -P WatchdogTimestampMonotonic fallwatch)" -gt $first ]' || fail "it gives no signs of life"
say "it gives signs of life to the watchdog"

was=$(pid)
systemctl reload fallwatch || fail "it does not reload"
until_true 60 is readyz 200 && [ "$(pid)" = "$was" ] || fail "it does not get ready after a reload"
cp /etc/fallwatch/fallwatch.yaml /opt/good.yaml
echo "camras: []" >>/etc/fallwatch/fallwatch.yaml
systemctl reload fallwatch || true
sleep 2
cp /opt/good.yaml /etc/fallwatch/fallwatch.yaml
until_true 60 is readyz 200 && [ "$(pid)" = "$was" ] || fail "settings that cannot be have ended it"
journalctl -u fallwatch --no-pager -o cat | grep -q 'old ones stay in force' || fail "the log says nothing of settings that cannot be"
say "reloads, and keeps its settings where the new ones are wrong"

kill -KILL "$was"
until_true 60 is readyz 200 && [ "$(pid)" != "$was" ] || fail "it does not come back after kill -9"
say "back after kill -9"

# A daemon that hangs: systemd ends it once it has given no sign of life for WatchdogSec.
mkdir -p /run/systemd/system/fallwatch.service.d
printf '[Service]\nWatchdogSec=5\nTimeoutAbortSec=2\n' >/run/systemd/system/fallwatch.service.d/fast.conf
systemctl daemon-reload && systemctl restart fallwatch
until_true 60 is readyz 200 || fail "it does not get ready with a shorter watchdog"
was=$(pid)
kill -STOP "$was"
until_true 60 eval '[ "$(pid)" != "$was" ] && [ "$(pid)" != 0 ]' && until_true 60 is readyz 200 || fail "a daemon that hangs is not started anew"
journalctl -u fallwatch --no-pager | grep -q 'Watchdog timeout' || fail "it was not the watchdog"
say "one that hangs is ended by the watchdog and started anew"

systemctl stop fallwatch
[ "$(systemctl show -P Result fallwatch)" = success ] || fail "a stop gives $(systemctl show -P Result fallwatch)"
say "stops when it is told to"
echo "all is well"
