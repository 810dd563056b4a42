package main

import (
	"os"

	"fallkit/pose/weights"
)

// Where the package puts things, beside those of a user who built the program.
const (
	packagedConfig = "/etc/fallwatch/fallwatch.yaml"
	packagedHome   = "/usr/share/fallwatch"
	packagedState  = "/var/lib/fallwatch"
)

// standardConfig is read where it is there and no other file is named.
func standardConfig() string {
	const here = "fallwatch.yaml"
	if !isThere(here) && isThere(packagedConfig) {
		return packagedConfig
	}
	return here
}

// poseHome is where the pose networks lie: where FALLKIT_HOME says, where the package puts them,
// or in the user's cache folder.
func poseHome() (string, error) {
	if os.Getenv("FALLKIT_HOME") == "" && isThere(packagedHome) {
		return packagedHome, nil
	}
	return weights.Home()
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
