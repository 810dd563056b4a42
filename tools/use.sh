#!/usr/bin/env bash
# Prints what generated clips are good for: detectors trained on generated clips alone, on real ones alone, and
# on both, each tested on real data sets that it has not learned from, from three seeds. Needs the poses of the
# clips in FALLKIT_DATA (falltrain extract). What was measured before is kept in USE_RUNS (runs/use) and not
# measured again: remove that folder to start anew.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${FALLKIT_DATA:?name the folder of labelled clips in FALLKIT_DATA}
runs=${USE_RUNS:-runs/use}
falltrain=${FALLTRAIN:-bin/falltrain}
clips=${USE_CLIPS:-600}
seeds=${USE_SEEDS:-1 2 3}
pair=(--only dataset=le2i,dataset=urfd --beside-rule=false)
learn=(--network specialist)

# evaluate NAME FLAG… keeps an evaluation in $runs/NAME, unless it is there.
evaluate() {
  local out=$runs/$1
  shift
  [ -e "$out/evaluation.json" ] || "$falltrain" evaluate "$data" "${pair[@]}" --out "$out" "$@" >&2
}

mkdir -p "$runs"
"$falltrain" simulate --poses --clips "$clips" --seed 11 --keypoints-every 0 --out "$runs/clips" >&2
names="" dirs=()
for seed in $seeds; do
  evaluate "real-$seed" --protocol cross-dataset "${learn[@]}" --seed "$seed"
  [ -e "$runs/fit-$seed/best.safetensors" ] || "$falltrain" fit "$runs/clips" "${learn[@]}" --seed "$seed" --out "$runs/fit-$seed" >&2
  evaluate "generated-$seed" --model "$runs/fit-$seed/best.safetensors"
  evaluate "both-$seed" --protocol cross-dataset "${learn[@]}" --seed "$seed" --also "$runs/clips"
  dirs+=("$runs/real-$seed" "$runs/generated-$seed" "$runs/both-$seed")
  names+="${names:+,}real $seed,generated $seed,both $seed"
done
"$falltrain" table "${dirs[@]}" --names "$names"
