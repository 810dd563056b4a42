package vision

// EngineID is the ID that an engine of a network file with this sha256 (in hex) will have,
// for whoever looks for poses that are there already and needs no engine. It does not say
// what the network runs in (EngineSettings.Runtime): poses found by one are good for the other.
func EngineID(sha256 string, s EngineSettings) string { return identity(sha256, s) }
