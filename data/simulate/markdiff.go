package simulate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// markDifference says in which settings two marks of a folder differ, the present one
// first: "seed 4, not 5".
func markDifference(have, want []byte) string {
	old, err := flatMark(have)
	now, wrong := flatMark(want)
	if err != nil || wrong != nil {
		return "which cannot be read"
	}
	all := maps.Clone(old)
	maps.Copy(all, now)
	var differences []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if a, b := old[name], now[name]; a != b {
			differences = append(differences, fmt.Sprintf("%s %s, not %s", strings.ReplaceAll(name, "_", " "), orNone(a), orNone(b)))
		}
	}
	return strings.Join(differences, "; ")
}

func orNone(v string) string {
	if v == "" {
		return "none"
	}
	return v
}

// flatMark gives the values of a mark as text, those of its settings too.
func flatMark(text []byte) (map[string]string, error) {
	var mark map[string]json.RawMessage
	if err := json.Unmarshal(text, &mark); err != nil {
		return nil, err
	}
	flat := map[string]string{}
	for name, value := range mark {
		if name != "settings" {
			flat[name] = string(value)
		}
	}
	var settings map[string]json.RawMessage
	if err := json.Unmarshal(mark["settings"], &settings); err != nil {
		return nil, err
	}
	for name, value := range settings {
		flat[name] = string(value)
	}
	return flat, nil
}
