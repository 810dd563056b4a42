package doctor

import (
	"context"
	"fmt"
	"time"
)

// Channel is a way to tell people.
type Channel struct {
	Name string
	Test func(context.Context) error // sends a report that says it is a test
}

const answerTime = 20 * time.Second

// ChannelCheck sends a test report over every channel, where that is wanted.
func ChannelCheck(channels []Channel, send bool) Check {
	return Check{"channels", func(ctx context.Context) []Finding {
		switch {
		case len(channels) == 0:
			return one(Fault, "there is no channel: nobody would hear of a fall", "name one in the list channels of the settings")
		case !send:
			return one(Skipped, fmt.Sprintf("%d channels were not tried, since people would hear of it", len(channels)), "fallwatch doctor --send sends a test report over each")
		}
		var found []Finding
		for _, c := range channels {
			found = append(found, c.try(ctx))
		}
		return found
	}}
}

func (c Channel) try(ctx context.Context) Finding {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if err := c.Test(ctx); err != nil {
		return Finding{State: Fault, What: fmt.Sprintf("%s: %v", c.Name, err), Do: "see the channel's address and password in the settings, and whether its server is up"}
	}
	return fine("%s took a test report", c.Name)
}
