package main

import (
	"slices"
	"strings"
)

// test is one, by its folder and name.
type test struct{ folder, name string }

// fault is what is done to the daemon or to a part of it, and what must come of it.
type fault struct {
	what  string
	tests []test
}

const (
	daemon    = "cmd/fallwatch"
	journal   = "internal/journal"
	notify    = "internal/notify"
	web       = "internal/web"
	vision    = "pose/vision"
	modelroom = "internal/modelstore"
)

// faults are all that the page is about.
var faults = []fault{
	{"Cameras are killed, hang, send garbage, change their resolution, never say a word or know no such stream, ten times each; one answers with hostile bytes: the daemon and the camera beside them are not touched", []test{
		{daemon, "TestFaultCameras"}, {vision, "TestRTSPFaults"}, {vision, "TestRTSPGarbage"}, {vision, "TestRTSPResize"}, {vision, "TestRTSPServerGoneAndBack"},
	}},
	{"A camera's password is wrong: people hear that it is blind, and nobody reads the password", []test{
		{daemon, "TestFaultWrongPassword"}, {vision, "TestRTSPPassword"},
	}},
	{"kill -9 at random moments, with a webhook that fails half of the time: nothing that was accepted is lost", []test{
		{daemon, "TestFaultKilled"}, {notify, "TestKilledAtRandomMomentsItLosesNothing"},
	}},
	{"A power cut leaves a file cut short or damaged: the daemon starts again, or says which file is wrong", []test{
		{daemon, "TestFaultCutFiles"},
		{journal, "TestAFileCutOffAtAnyByteOpens"},
		{journal, "TestAFileWithDamagedBytesOpens"},
		{journal, "TestATornMetaPageIsNoDamage"},
		{modelroom, "TestEveryFileCutShort"},
		{modelroom, "TestBothListsDamaged"},
	}},
	{"The disk is full: alarms reach people, and what happens is kept again once there is room", []test{
		{daemon, "TestFaultDiskFull"}, {journal, "TestDiskFull"}, {notify, "TestWithAFullDiskNothingIsSentWithoutEnd"}, {notify, "TestDirectReachesPeopleWithoutTheJournal"},
	}},
	{"The clock jumps: escalation, deliveries and sign-in go on", []test{
		{daemon, "TestFaultClockJumps"},
		{daemon, "TestAPicturesTimeFollowsTheClock"},
		{web + "/account", "TestAClockThatIsSetBackShutsNobodyOut"},
		{"internal/alarm", "TestAClockThatIsSetBackStopsNothing"},
		{notify, "TestAClockSetBackDelaysNothingForLong"},
		{"internal/web/cert", "TestClockThatIsSetBack"},
	}},
	{"The MQTT broker is away or refuses: nothing is lost, and no other channel waits", []test{
		{notify, "TestABrokerThatIsAwayLosesNothing"}, {notify, "TestABrokerThatRefuses"}, {notify, "TestOneThatHangsDelaysNoOther"}, {notify, "TestARestartGoesOn"},
	}},
	{"Twenty slow browsers look at the live page", []test{{web, "TestSlowBrowsers"}, {web, "TestMostStreams"}}},
	{"Hostile HTTP: fuzzed headers and bodies, uploads that are too large, senders that never finish", []test{
		{web, "TestHostileHTTP"}, {web, "TestWhoSendsSlowlyIsLetGo"}, {web, "TestMostConnectionsOfOneAddress"}, {web, "FuzzRequests"}, {web, "FuzzChanges"},
	}},
	{"A new model does not get the daemon ready: the one before comes back by itself", []test{{modelroom, "TestALifeOfModels"}}},
	{"A loop of the daemon stands still: the service manager gets no sign of life, and starts it anew", []test{{"internal/service", "TestASilentLoopSilencesTheWatchdog"}}},
}

// packages are the folders of all tests, each once, in their order.
func packages() (all []string) {
	for _, f := range faults {
		for _, t := range f.tests {
			if !slices.Contains(all, t.folder) {
				all = append(all, t.folder)
			}
		}
	}
	return all
}

// pattern names the tests of a folder for -run.
func pattern(folder string) string {
	var names []string
	for _, f := range faults {
		for _, t := range f.tests {
			if t.folder == folder && !slices.Contains(names, t.name) {
				names = append(names, t.name)
			}
		}
	}
	return "^(" + strings.Join(names, "|") + ")$"
}
