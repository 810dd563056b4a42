package simulate

import (
	"bytes"
	"encoding/csv"
	"strconv"
)

func frameOrNone(frame int) string {
	if frame < 0 {
		return ""
	}
	return strconv.Itoa(frame)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func table(rows [][]string) []byte {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	_ = w.WriteAll(rows) // a bytes.Buffer takes everything
	return text.Bytes()
}
