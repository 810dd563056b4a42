package train

// The files that a training leaves in its folder.
const (
	LogName  = "log.jsonl"
	LastName = "last.safetensors" // the newest epoch, with the solver's state: to go on from
	BestName = "best.safetensors" // the epoch with the best validation result: to use
)

// fitState is where a training stands between two epochs.
type fitState struct {
	epochs []EpochLog
	best   int // index of the best epoch, -1 before the first

	average *average // of what was learned; nil = none is kept
}

// add takes the next epoch. The best one has the lowest validation loss: it is a proper
// score of the probabilities, while average precision reaches 1 on few clips and can then
// tell no epoch from the next.
func (s *fitState) add(e EpochLog) {
	s.epochs = append(s.epochs, e)
	if s.best < 0 || e.ValLoss < s.epochs[s.best].ValLoss {
		s.best = len(s.epochs) - 1
	}
}

// over tells whether the epochs or the patience have run out.
func (s *fitState) over(settings FitSettings) bool {
	return len(s.epochs) >= settings.Epochs || s.outOfPatience(settings)
}

func (s *fitState) outOfPatience(settings FitSettings) bool {
	return s.best >= 0 && len(s.epochs)-1-s.best >= settings.Patience
}

func (s *fitState) outcome(settings FitSettings) Outcome {
	out := Outcome{Epochs: s.epochs, EarlyStop: len(s.epochs) < settings.Epochs && s.outOfPatience(settings)}
	if s.best >= 0 {
		out.Best = s.epochs[s.best]
	}
	return out
}
