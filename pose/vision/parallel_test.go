package vision

import (
	"flag"
	"os"
	"testing"
)

// The parallel tests of this package wait for cameras, and hardly compute: many may wait
// at the same time, however few cores there are.
func TestMain(m *testing.M) {
	flag.Parse()
	flag.Set("test.parallel", "8")
	os.Exit(m.Run())
}
