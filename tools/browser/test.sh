#!/usr/bin/env bash
# Looks at the report's pages in Chromium, first at one with every fault, to see that they are
# found, and uses the pages of falltrain click and of fallwatch. Further pages of reports are arguments.
set -euo pipefail
cd "$(dirname "$0")"
pages=$(mktemp -d)
if node look.mjs "$pages" bad.html >"$pages/bad.txt" 2>&1; then
  echo "look.mjs finds nothing wrong with bad.html"
  exit 1
fi
for fault in 'console error' 'thrown' 'asks for http://192.0.2.1' 'px wider than' '0 main headings' 'fewer than two headings' 'skips a level' \
  '#nowhere leads nowhere' 'no caption' 'no scope' 'without a name' 'two elements are called two' 'cut off in a drawing' 'cover each other' 'hard to read'; do
  grep -q -- "$fault" "$pages/bad.txt" || { cat "$pages/bad.txt"; echo "look.mjs does not find: $fault"; exit 1; }
done
rm "$pages"/bad*
(cd ../.. && FALLKIT_KEEP_PAGES=$pages "${GO:-go}" test -count=1 -run '^TestPages$' ./train)
node look.mjs "$pages" "$pages"/*.html "$@"
(cd ../.. && "${GO:-go}" build -o "$pages/falltrain" ./cmd/falltrain)
"$pages/falltrain" simulate --quiet --clips 2 --seed 4 --out "$pages/clips"
node click.mjs "$pages/falltrain" "$pages/clips" "$pages"
(cd ../.. && "${GO:-go}" test -c -o "$pages/web.test" ./internal/web)
(cd ../../internal/web && node ../../tools/browser/web.mjs "$pages/web.test" "$pages")
