package account

import (
	"net/netip"
	"time"
)

// Wrong sign-ins that are allowed within window: from one address (of IPv6, its /64), and for
// one account from everywhere. Accounts that do not exist count as one.
const (
	window         = 15 * time.Minute
	mostPerAddress = 10
	mostPerAccount = 30
	mostAddresses  = 4096 // that are remembered
)

// limit counts wrong sign-ins.
type limit struct {
	addresses, accounts map[string]count
}

type count struct {
	wrong int
	since time.Time // of the first one in the window
}

func newLimit() limit { return limit{map[string]count{}, map[string]count{}} }

// wait tells how long nobody is let in, 0 = the password may be tried.
func (l limit) wait(address, account string, now time.Time) time.Duration {
	return max(l.addresses[address].wait(mostPerAddress, now), l.accounts[account].wait(mostPerAccount, now))
}

func (c count) wait(most int, now time.Time) time.Duration {
	if c.wrong < most || now.Before(c.since) { // a clock that was set back shuts nobody out
		return 0
	}
	return max(0, c.since.Add(window).Sub(now))
}

// wrong counts one more. It is called before the password is looked at, and taken back by right:
// whoever asks a hundred times at once has a hundred counted.
func (l limit) wrong(address, account string, now time.Time) {
	if _, known := l.addresses[address]; !known && len(l.addresses) >= mostAddresses {
		l.forget(now)
	}
	l.addresses[address] = l.addresses[address].more(now)
	l.accounts[account] = l.accounts[account].more(now)
}

func (c count) more(now time.Time) count {
	if c.wrong == 0 || now.Sub(c.since) >= window || now.Before(c.since) {
		return count{1, now}
	}
	return count{c.wrong + 1, c.since}
}

// right forgets what was wrong from an address, and takes one back from the account: a person who
// gets in does not wipe out the traces of somebody else who tries.
func (l limit) right(address, account string) {
	delete(l.addresses, address)
	if c := l.accounts[account]; c.wrong > 0 {
		l.accounts[account] = count{c.wrong - 1, c.since}
	}
}

// forget makes room: what is over, or else any, since the accounts' counts hold in any case.
func (l limit) forget(now time.Time) {
	for a, c := range l.addresses {
		if now.Sub(c.since) >= window {
			delete(l.addresses, a)
		}
	}
	for a := range l.addresses {
		if len(l.addresses) < mostAddresses {
			return
		}
		delete(l.addresses, a)
	}
}

// network is the part of an address that one person cannot change at will.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, _ := ip.Prefix(64)
	return prefix.String()
}
