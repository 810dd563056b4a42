package train

import (
	"encoding/json"
	"fmt"

	"github.com/google/renameio/v2"
)

// writeJSON replaces a file with v, for people and programs to read.
func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		err = renameio.WriteFile(path, append(text, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
