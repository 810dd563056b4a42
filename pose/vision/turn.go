package vision

import "gocv.io/x/gocv"

// turned gives a reader's pictures upright: turned clockwise by a multiple of 90 degrees
// and by the camera's roll. The picture is turned and not the poses found in it, since
// the pose network knows upright people best; poses, overlay and recording are then all
// in the upright picture's pixels. A rolled picture grows, so that nothing is cut off.
type turned struct {
	reader
	rotate int
	roll   float64
	raw    gocv.Mat
}

// upright wraps r where there is something to turn.
func upright(r reader, s CameraSettings) reader {
	if s.Rotate == 0 && s.Roll == 0 {
		return r
	}
	return &turned{reader: r, rotate: s.Rotate, roll: s.Roll, raw: gocv.NewMat()}
}

func (t *turned) picture(into *gocv.Mat) (bool, error) {
	if ok, err := t.reader.picture(&t.raw); !ok || err != nil {
		return false, err
	}
	err := turn(&t.raw, into, t.rotate, t.roll)
	return err == nil, err
}

func (t *turned) close() {
	t.reader.close()
	t.raw.Close()
}
