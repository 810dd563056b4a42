package vision

import (
	"fmt"
	"testing"
)

// Cameras that are opened at the same time do not disturb each other's options.
func TestOptionsArePerCamera(t *testing.T) {
	ours := environment.ours
	t.Cleanup(func() { environment.ours = ours })
	t.Setenv(optionsVariable, "")
	done := make(chan error)
	for i := range 40 {
		value := []string{"a;1", "b;2"}[i%2]
		go func() {
			done <- withOptions(value, func() error {
				if got := optionsNow(); got != value {
					return fmt.Errorf("opened with %q instead of %q", got, value)
				}
				return nil
			})
		}()
	}
	for range 40 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	t.Setenv(optionsVariable, "mine;3")
	withOptions("a;1", func() error {
		if got := optionsNow(); got != "mine;3" {
			t.Errorf("the user's value became %q", got)
		}
		return nil
	})
}
