package watch

// Picture is what a picture looked like, in a few numbers.
type Picture struct {
	Mean, Spread float64   // of its grey levels, 0 to 255
	Change       float64   // mean difference from the picture measured before, in grey levels; 0 = the same
	Edges        []float32 // how much of all edges lies in each cell of a coarse grid, row by row
}
