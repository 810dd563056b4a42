package export

import (
	"fmt"

	"fallkit/internal/onnx"
	"fallkit/model"
	"fallkit/pose"
)

// causal is a model.Causal that looks at a whole window and answers for its last step.
func causal(b *builder) {
	b.window()
	b.Node("Transpose", []string{WindowInput}, "picture", onnx.List("perm", 0, 3, 1, 2)) // [batch, features, 1, steps]
	h := b.causalLayers("picture", func(l model.Convolution, x string) string { return b.before(l, x) })
	b.Node("Flatten", []string{b.newest(h, b.spec.Steps, "last")}, "pooled", onnx.Integer("axis", 1))
	given := ""
	if b.spec.Given > 0 {
		given = b.newest("picture", b.spec.Steps, "given")
	}
	b.odds(b.phases("pooled", given))
	b.probability()
}

// causalStep is the same network step by step: what its layers look back at goes in and comes
// out again.
func causalStep(b *builder) {
	s := b.spec
	b.Input(StepInput, []int{b.batch, s.Inputs, 1, 1})
	states := States(s, b.decoder, b.batch)
	for _, state := range states {
		b.Input(state.Name, state.Dims)
	}
	h := b.causalLayers(StepInput, func(l model.Convolution, x string) string { return b.after(l, x) })
	b.Node("Flatten", []string{h}, "pooled", onnx.Integer("axis", 1))
	given := ""
	if s.Given > 0 {
		given = StepInput
	}
	logits := b.phases("pooled", given)
	if b.decoder == nil || !s.Phased() {
		b.odds(logits)
	} else {
		b.decoded(logits)
	}
	b.probability()
	for _, state := range states {
		b.Output(state.Next, state.Dims)
	}
}

// causalLayers writes the convolutions. look puts before a layer's input what it looks back at.
func (b *builder) causalLayers(x string, look func(l model.Convolution, x string) string) string {
	h, block := x, ""
	for i, c := range b.spec.Convolutions() {
		before := h
		w, bias := b.parameters[c.Weight()], b.parameters[c.Bias()]
		seen := look(c, h)
		h = b.valid(c, c.Name, seen, w, bias, block)
		if i == 0 && b.spec.Mirror {
			image := b.valid(c, c.Name+".mirrored", seen, mirrored(w, c), bias, "")
			h = b.sum("both", h, image)
		}
		if !c.Residual {
			block = before
		}
	}
	return h
}

// valid is a layer over what it is given and nothing else, with its ReLU.
func (b *builder) valid(c model.Convolution, name, x string, weight, bias []float32, block string) string {
	kernel := b.spec.Kernel
	w := b.constant(name+".weight", taps(weight, kernel, c), c.Channels, c.Inputs, 1, kernel)
	sum := name + "#sum"
	b.Node("Conv", []string{x, w, b.constant(name+".bias", bias, c.Channels)}, sum,
		onnx.List("kernel_shape", 1, kernel), onnx.List("strides", 1, 1), onnx.List("dilations", 1, c.Dilation),
		onnx.Integer("group", 1), onnx.List("pads", 0, 0, 0, 0))
	if c.Residual {
		sum = b.sum(name+"#added", sum, block)
	}
	b.Node("Relu", []string{sum}, name)
	return name
}

// mirrored is the weight with which a layer sees the mirror image of its input.
func mirrored(w []float32, c model.Convolution) []float32 {
	out := make([]float32, 0, len(w))
	unit, image := make([]float32, c.Inputs), make([]float32, c.Inputs)
	for ; len(w) > 0; w = w[c.Inputs*c.Channels:] {
		for from := range c.Inputs {
			clear(unit)
			unit[from] = 1
			pose.MirrorFall(image, unit)
			row := make([]float32, c.Channels)
			for to, sign := range image {
				for j := range row {
					row[j] += sign * w[to*c.Channels+j]
				}
			}
			out = append(out, row...)
		}
	}
	return out
}

// reach is how many steps a layer looks back.
func reach(s model.Spec, c model.Convolution) int { return (s.Kernel - 1) * c.Dilation }

// before puts zeros before a window: steps that never were.
func (b *builder) before(c model.Convolution, x string) string {
	n := reach(b.spec, c)
	if n == 0 {
		return x
	}
	zeros := b.constant(c.Name+".nothing", make([]float32, b.batch*c.Inputs*n), b.batch, c.Inputs, 1, n)
	b.Node("Concat", []string{zeros, x}, c.Name+"#seen", onnx.Integer("axis", 3))
	return c.Name + "#seen"
}

// after puts the newest step behind those that went before, and lets the oldest go.
func (b *builder) after(c model.Convolution, x string) string {
	n := reach(b.spec, c)
	if n == 0 {
		return x
	}
	seen := c.Name + "#seen"
	b.Node("Concat", []string{pastOf(c), x}, seen, onnx.Integer("axis", 3))
	b.Node("Slice", []string{seen, b.Integers([]int{1}), b.Integers([]int{n + 1}), b.Integers([]int{3})}, nextOf(pastOf(c)))
	return seen
}

// newest is the last of some steps, [batch, channels, 1, 1].
func (b *builder) newest(x string, steps int, name string) string {
	b.Node("Slice", []string{x, b.Integers([]int{steps - 1}), b.Integers([]int{steps}), b.Integers([]int{3})}, name)
	return name
}

// phases are the logits of the answers, [batch, phases], from what is left of the layers and
// the step that has the given answer among its features ("" = none).
func (b *builder) phases(pooled, step string) string {
	s := b.spec
	weight, bias := b.parameters[model.PhaseWeight], b.parameters[model.PhaseBias]
	logits := b.linear("phases", pooled, weight, bias, s.Phases)
	if step == "" {
		return logits
	}
	b.Node("Flatten", []string{step}, "features", onnx.Integer("axis", 1))
	pick := make([]float32, s.Inputs*s.Phases)
	copy(pick[(s.Given-1)*s.Phases:], b.parameters[model.GivenWeight])
	return b.sum("phases_with_given", logits, b.linear("given.of", "features", pick, make([]float32, s.Phases), s.Phases))
}

// logSums writes the logarithms of sums of e^logit, [batch, sides]: in says which answers are
// in which sum.
func (b *builder) logSums(name, exponentials string, sides int, in func(answer, side int) bool) string {
	member := make([]float32, b.spec.Phases*sides)
	for k := range b.spec.Phases {
		for side := range sides {
			if in(k, side) {
				member[k*sides+side] = 1
			}
		}
	}
	b.Node("Log", []string{b.linear(name+".sums", exponentials, member, make([]float32, sides), sides)}, name)
	return name
}

// odds writes the log-odds of a fall as the logit, [batch, 1].
func (b *builder) odds(logits string) {
	if b.spec.Phases == 2 {
		b.linear(LogitOutput, logits, []float32{-1, 1}, []float32{0}, 1)
		return
	}
	b.Node("Exp", []string{logits}, "exponentials")
	sides := b.logSums("sides", "exponentials", 2, func(answer, side int) bool { return b.spec.OfFall(answer) == (side == 1) })
	b.linear(LogitOutput, sides, []float32{-1, 1}, []float32{0}, 1)
}

// decoded is model.Decoder: the greater of what is seen now and of what was believed before.
func (b *builder) decoded(logits string) {
	b.Node("Exp", []string{logits}, "exponentials")
	falling, down := int(pose.Falling), int(pose.Down)
	sums := b.logSums("sides", "exponentials", 4, func(answer, side int) bool {
		switch side {
		case 0:
			return answer == falling
		case 1:
			return answer != falling // down, or upright
		case 2:
			return answer == falling || answer == down
		}
		return true
	})
	now := b.linear("falling", sums, []float32{1, -1, 0, 0}, []float32{0}, 1)
	if b.decoder.Slope > 0 {
		now = b.smaller("now", now, b.descent())
	}
	weight := float32(b.decoder.Weight)
	fades := b.linear("fades", sums, []float32{0, 0, weight, -weight}, []float32{0}, 1)
	believed := b.sum("believed_still", believedState, fades)
	b.greater(LogitOutput, now, believed)
	b.linear(nextOf(believedState), LogitOutput, []float32{1}, []float32{0}, 1)
}

// descent is the evidence of one as a log-odds, which goes into the next step, too.
func (b *builder) descent() string {
	s, d := b.spec, b.decoder
	pick := make([]float32, s.Inputs)
	pick[s.Given-1] = 1
	now := b.linear("descent.now", "features", pick, []float32{0}, 1)
	faded := b.linear("descent.faded", descentState, []float32{1}, []float32{float32(-d.Fade)}, 1)
	seen := b.greater("descent.seen", now, faded)
	b.linear(nextOf(descentState), seen, []float32{1}, []float32{0}, 1)
	return b.linear("descent.evidence", seen, []float32{float32(d.Slope)}, []float32{float32(-d.Slope * d.Least)}, 1)
}

// greater is the greater of x and y: x + relu(y - x).
func (b *builder) greater(name, x, y string) string {
	b.Node("Sub", []string{y, x}, name+".more")
	b.Node("Relu", []string{name + ".more"}, name+".above")
	return b.sum(name, x, name+".above")
}

// smaller is the smaller of x and y: x - relu(x - y).
func (b *builder) smaller(name, x, y string) string {
	b.Node("Sub", []string{x, y}, name+".more")
	b.Node("Relu", []string{name + ".more"}, name+".above")
	b.Node("Sub", []string{x, name + ".above"}, name)
	return name
}

// State is what a program keeps of a person from one step to the next: the output Next of a
// run is the input Name of the following one. Before a person's first step, and after a gap
// longer than input.max_gap, every number of it is Start; but a person's belief outlasts gaps.
type State struct {
	Name, Next string
	Dims       []int
	Start      float32
	Outlasts   bool // a gap
}

const (
	believedState = "believed"
	descentState  = "descent"
	nothingSeen   = -1e4 // log-odds of a fall that nobody has seen
)

func pastOf(c model.Convolution) string { return "past." + c.Name }
func nextOf(state string) string        { return "next." + state }

// States are those of a file of the form Step, in the order of its inputs behind StepInput.
func States(s model.Spec, d *model.Decoder, batch int) []State {
	var all []State
	for _, c := range s.Convolutions() {
		if n := reach(s, c); n > 0 {
			all = append(all, State{Name: pastOf(c), Next: nextOf(pastOf(c)), Dims: []int{batch, c.Inputs, 1, n}})
		}
	}
	if d != nil && s.Phased() {
		all = append(all, State{Name: believedState, Next: nextOf(believedState), Dims: []int{batch, 1}, Start: nothingSeen, Outlasts: true})
		if d.Slope > 0 {
			all = append(all, State{Name: descentState, Next: nextOf(descentState), Dims: []int{batch, 1}, Start: nothingSeen, Outlasts: true})
		}
	}
	return all
}

// formError says what a family can be written as.
func formError(k model.Kind, form Form) error {
	name := string(k)
	if k == model.TCN {
		name = "tcn"
	}
	return fmt.Errorf("export: a network of kind %s cannot be written in the form %s", name, form)
}
