package account

// Scope is what a user or a token may do. Each holds those before it.
type Scope string

// The scopes, from the least to the most.
const (
	Read        Scope = "read"        // see
	Acknowledge Scope = "acknowledge" // and answer incidents, give verdicts, begin drills
	Admin       Scope = "admin"       // and change zones, mode, users and tokens
)

var scopes = map[Scope]int{Read: 1, Acknowledge: 2, Admin: 3}

// Allows tells whether s holds what is needed. A scope that does not exist allows nothing.
func (s Scope) Allows(need Scope) bool { return scopes[need] > 0 && scopes[s] >= scopes[need] }

// Identity is who asks.
type Identity struct {
	Name      string // of the user, or "token NAME"
	Scope     Scope
	Session   string // what is kept of the session's key; "" for a token
	CSRF      string // what every change that a page asks for must carry; "" for a token
	Generated bool   // the user still has the password that was made at the first start
}
