#!/usr/bin/env bash
# Writes docs/benchmarks.md: our network and every built-in baseline on every protocol, under
# harm and under attack, over the clips in FALLKIT_DATA. What was measured before is kept in
# runs/benchmarks and not measured again: remove that folder to start anew.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${FALLKIT_DATA:?name the folder of labelled clips in FALLKIT_DATA}
runs=runs/benchmarks
falltrain=bin/falltrain
rules="speed-angle torso-angle aspect-ratio"
baselines="$rules pendulum-lstm tcn"
pair=(--only dataset=le2i,dataset=urfd)

# evaluate NAME FLAG… keeps an evaluation in runs/benchmarks/NAME, unless it is there.
evaluate() {
  local out=$runs/$1
  shift
  [ -e "$out/evaluation.json" ] || "$falltrain" evaluate "$data" --beside-rule=false --out "$out" "$@" >&2
}

# protocol NAME "BASELINE…" FLAG… measures the network and baselines on one protocol, then prints
# the table.
protocol() {
  local name=$1 some=$2 detector
  shift 2
  evaluate "$name/network" "$@"
  for detector in $some; do
    evaluate "$name/$detector" --model "$detector" "$@"
  done
  "$falltrain" table "$runs/$name/network" $(for detector in $some; do echo "$runs/$name/$detector"; done)
}

# shown COMMAND… prints what a command prints as a terminal shows it.
shown() {
  echo '```'
  "$@"
  echo '```'
}

write() {
  cat <<'TEXT'
# Benchmarks

`make benchmarks` writes this page from the clips in `FALLKIT_DATA`: Le2i (coffee room, home), URFD and one subject of
GMDCSA24, 207 clips, 0.6 hours, staged falls. [metrics.md](metrics.md) defines every number, [baselines.md](baselines.md)
the detectors. In brackets: 95 % intervals. Thresholds are chosen on training clips. With so little footage one false
alarm is several an hour: look at the counts.

`network` is what `fit` trains with its own settings (seed 1), the specialist; the others are built in. `models/base` is the same
network trained on all clips, so that no clip here can measure it.

TEXT
  printf '## Another data set: Le2i ⇄ URFD\n\n'
  protocol pair "$baselines" --protocol cross-dataset "${pair[@]}"
  printf '\nThe same network from other seeds:\n\n'
  evaluate pair/seed-2 --protocol cross-dataset "${pair[@]}" --seed 2
  evaluate pair/seed-3 --protocol cross-dataset "${pair[@]}" --seed 3
  "$falltrain" table "$runs/pair/network" "$runs/pair/seed-2" "$runs/pair/seed-3" --names "seed 1,seed 2,seed 3"
  printf '\n## Each data set in turn, and each on each other\n\nWithout the LSTM, which takes longest to train.\n\n'
  protocol cross "$rules" --protocol cross-dataset
  printf '\nThe network, pair by pair (train → test):\n\n'
  "$falltrain" table "$runs/cross/network" --matrix
  printf '\n## Other rooms of the same data set: each camera of Le2i held out\n\n'
  protocol camera "$baselines" --folds camera --only dataset=le2i
  printf '\n## Other people and rooms of all three data sets: each subject or camera held out\n\nWithout the LSTM, which takes longest to train.\n\n'
  protocol within "$rules" --protocol within
  printf '\n## One model, one folder: models/base on what it has learned\n\n'
  printf 'How well it remembers, not how good it is; the rules have learned nothing.\n\n'
  evaluate fixed/base --model models/base/base.safetensors
  for rule in $rules; do evaluate "fixed/$rule" --model "$rule"; done
  "$falltrain" table "$runs/fixed/base" $(for rule in $rules; do echo "$runs/fixed/$rule"; done)
  printf '\n## Under harm\n\n[stress.md](stress.md) defines harms and score. The network trained without URFD, on clips of URFD:\n\n'
  local unseen=$runs/pair/network/urfd/best.safetensors
  pictures unseen --model "$unseen" --only dataset=urfd
  poses unseen --model "$unseen" --only dataset=urfd
  printf '\nmodels/base, on the clips that it has learned:\n\n'
  poses base --model models/base/base.safetensors
  printf '\n## Under attack\n\n[attack.md](attack.md) defines it. The window network tcn, whose gradient can be followed, trained without URFD, on clips of URFD:\n\n'
  attack tcn --model "$runs/pair/tcn/urfd/best.safetensors" --only dataset=urfd
  printf '\nThe network trained in the same way, which meets random noise alone:\n\n'
  attack unseen --model "$unseen" --only dataset=urfd
}

# pictures NAME FLAG… and poses NAME FLAG… print a table of harms, from before where it is there.
pictures() { stress "$1/pictures" --level pictures --clips 12 --severities 1,3,5 "${@:2}"; }
poses() { stress "$1/poses" --level poses "${@:2}"; }

stress() {
  local out=$runs/stress/$1
  shift
  if [ ! -e "$out/stress.json" ]; then
    mkdir -p "$out"
    "$falltrain" stress "$data" --out "$out" "$@" >"$out/stress.txt"
  fi
  shown cat "$out/stress.txt"
}

attack() {
  local out=$runs/attack/$1
  shift
  if [ ! -e "$out/attack.json" ]; then
    mkdir -p "$out"
    "$falltrain" attack "$data" --clips 24 --out "$out" "$@" >"$out/attack.txt"
  fi
  shown cat "$out/attack.txt"
}

"$falltrain" extract "$data" >&2
mkdir -p "$runs"
write >"$runs/benchmarks.md"
mv "$runs/benchmarks.md" docs/benchmarks.md
echo "docs/benchmarks.md"
