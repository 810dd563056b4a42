package weights

// parcel is a package of npm's.
type parcel struct {
	name  string // as npm is asked for it
	bytes int64  // of its tarball
	what  string // it brings, for people
}

var (
	networksParcel = parcel{Package, 144_509_169, "the pose networks"}
	runtimeParcel  = parcel{RuntimePackage, 113_507_888, "ONNX Runtime"}
)
