package web

// Quick has passwords hashed with few rounds.
func (p Parts) Quick() Parts {
	p.rounds = 10
	return p
}
