package rtsptest

// Fault is what goes wrong on one connection, after so many pictures.
type Fault struct {
	Kind  Kind
	After int // pictures sent before
}

// Kind of fault.
type Kind int

// What real cameras do.
const (
	None    Kind = iota
	Mute         // takes the connection and never says a word
	Missing      // knows no such stream (404)
	Hang         // sends no more, and keeps the connection
	Cut          // closes the connection
	Garbage      // sends bytes without sense, then goes on
	Resize       // goes on in another size, for everybody who connects from then on
)
