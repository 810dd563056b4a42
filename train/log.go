package train

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/google/renameio/v2"
)

// EpochLog is one line of a run's log.jsonl.
type EpochLog struct {
	Epoch   int     `json:"epoch"` // from 1
	Step    int     `json:"step"`  // updates so far
	Loss    float64 `json:"loss"`  // mean over the epoch's batches, augmented and smoothed
	ValLoss float64 `json:"val_loss"`
	ValAP   float64 `json:"val_ap"`
	Rate    float64 `json:"rate"` // learning rate of the epoch's last step
}

func writeLog(path string, epochs []EpochLog) error {
	var b bytes.Buffer
	for _, e := range epochs {
		line, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
		b.Write(append(line, '\n'))
	}
	return renameio.WriteFile(path, b.Bytes(), 0o644)
}

// ReadLog reads a run's log.jsonl.
func ReadLog(path string) ([]EpochLog, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var epochs []EpochLog
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var e EpochLog
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", path, len(epochs)+1, err)
		}
		epochs = append(epochs, e)
	}
	return epochs, lines.Err()
}
