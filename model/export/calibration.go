package export

// logOdds writes model.Calibration: what it makes of the logit, [batch, 1].
func (b *builder) logOdds(logit string) string {
	switch c := b.calibration; {
	case c == nil:
		return logit
	case len(c.Knots) == 0:
		return b.linear("log_odds", logit, []float32{float32(c.Slope)}, []float32{float32(c.Offset)}, 1)
	}
	return b.between(logit)
}

// between goes from knot to knot. With the stretches' beginnings k, their lengths l and the
// ways u that they rise,
//
//	log-odds(z) = u[0] - relu(k[0] - z) + relu(z - k[n]) + Σ u[i] · r[i],  r[i] = min(max((z - k[i]) ÷ l[i], 0), 1)
//
// where min(max(x, 0), 1) = 1 - relu(1 - relu(x)), so that two ReLU layers do it: every term
// rises with z, and nothing large is taken from something large.
func (b *builder) between(logit string) string {
	knots := b.calibration.Knots
	n := len(knots) - 1
	toKnot := b.linear("calibration.from_knots", logit, filled(n+2, 1), b.begins(), n+2)
	// The first two are what lies below the first knot, upside down, and above the last one.
	scale := make([]float32, (n+2)*(n+2))
	scale[0], scale[n+3] = -1, 1
	for i := range n {
		scale[(i+2)*(n+3)] = float32(1 / (knots[i+1].Logit - knots[i].Logit))
	}
	b.Node("Relu", []string{b.linear("calibration.in_lengths", toKnot, scale, filled(n+2, 0), n+2)}, "calibration.above")
	turn, one := make([]float32, (n+2)*(n+2)), filled(n+2, 1)
	turn[0], turn[n+3], one[0], one[1] = 1, 1, 0, 0
	for i := range n {
		turn[(i+2)*(n+3)] = -1
	}
	b.Node("Relu", []string{b.linear("calibration.turned", "calibration.above", turn, one, n+2)}, "calibration.left")
	rises, start := []float32{-1, 1}, knots[0].Odds
	for i := range n {
		rise := knots[i+1].Odds - knots[i].Odds
		rises = append(rises, -float32(rise))
		start += rise
	}
	return b.linear("log_odds", "calibration.left", rises, []float32{float32(start)}, 1)
}

// begins are minus the first knot, the last one, and the beginnings of all stretches.
func (b *builder) begins() []float32 {
	knots := b.calibration.Knots
	all := []float32{-float32(knots[0].Logit), -float32(knots[len(knots)-1].Logit)}
	for _, k := range knots[:len(knots)-1] {
		all = append(all, -float32(k.Logit))
	}
	return all
}

func filled(n int, v float32) []float32 {
	all := make([]float32, n)
	for i := range all {
		all[i] = v
	}
	return all
}
