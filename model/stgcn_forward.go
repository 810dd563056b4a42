package model

import "fallkit/pose"

// stgcnForward is an STGCN in use.
type stgcnForward struct {
	spec     Spec
	blocks   []graphBlock
	head     []float32 // [Pools · channels]
	headBias float32

	h, mixed, g, next []float32 // [steps, joints, …]
	row               sparseRow
	mean              []float32 // over the joints, [steps, channels]
	pool              tcnForward
}

type graphBlock struct {
	GraphBlock
	importance       []float32
	space, spaceBias []float32
	time, timeBias   []float32
}

func (stgcn) forward(s Spec, p Parameters) forward {
	f := &stgcnForward{spec: s, head: p[HeadWeight], headBias: p[HeadBias][0]}
	for _, b := range s.GraphBlocks() {
		f.blocks = append(f.blocks, graphBlock{
			b, p[b.Importance()], p[b.Space().Weight()], p[b.Space().Bias()], p[b.Time().Weight()], p[b.Time().Bias()],
		})
	}
	return f.clone()
}

func (f *stgcnForward) clone() forward {
	c := *f
	places, wide := f.spec.Steps*pose.Joints, max(f.spec.Channels, JointInputs)
	c.h, c.g, c.next = make([]float32, places*wide), make([]float32, places*wide), make([]float32, places*wide)
	c.mixed = make([]float32, places*Partitions*wide)
	c.row = newSparseRow(Partitions * wide)
	c.mean = make([]float32, f.spec.Steps*f.spec.Channels)
	c.pool = tcnForward{spec: f.spec, scratch: scratch{pooled: make([]float32, Pools*f.spec.Channels)}}
	return &c
}

func (f *stgcnForward) logit(window []float32) float32 {
	h := f.h[:f.spec.Steps*pose.Joints*JointInputs]
	for t := range f.spec.Steps {
		copy(h[t*pose.Joints*JointInputs:(t+1)*pose.Joints*JointInputs], window[t*f.spec.Inputs:])
	}
	next := f.next
	for i := range f.blocks {
		h, next = f.run(&f.blocks[i], h, next), h[:cap(h)]
	}
	f.average(h)
	f.pool.pool(f.mean)
	logit := f.headBias
	for i, v := range f.pool.scratch.pooled {
		logit += v * f.head[i]
	}
	return logit
}

// run is one block, from h [steps, joints, inputs] to next [steps, joints, channels].
func (f *stgcnForward) run(b *graphBlock, h, next []float32) []float32 {
	places, n := f.spec.Steps*pose.Joints, b.Channels
	mixed := f.mixed[:places*Partitions*b.Inputs]
	mixJoints(mixed, h, b.importance, b.Inputs)
	g := f.g[:places*n]
	for i := range places {
		f.row.set(mixed[i*Partitions*b.Inputs : (i+1)*Partitions*b.Inputs])
		y := g[i*n : (i+1)*n]
		clear(y)
		f.row.addTo(y, b.space)
		biasAndReLU(y, b.spaceBias)
	}
	next = next[:places*n]
	clear(next)
	if b.Residual {
		copy(next, h)
	}
	for i := range places {
		f.row.set(g[i*n : (i+1)*n])
		for k := range f.spec.Kernel {
			to := i + (f.spec.Kernel-1-k)*b.Dilation*pose.Joints
			if to < places {
				f.row.addTo(next[to*n:(to+1)*n], b.time[k*n*n:(k+1)*n*n])
			}
		}
	}
	for i := range places {
		biasAndReLU(next[i*n:(i+1)*n], b.timeBias)
	}
	return next
}

// mixJoints writes what the joints hear, [steps, joints, Partitions, n], from h [steps, joints, n].
func mixJoints(mixed, h, importance []float32, n int) {
	clear(mixed)
	for len(h) > 0 {
		for i, e := range Edges {
			by := e.Share * importance[i]
			from := h[int(e.From)*n:][:n]
			to := mixed[(int(e.To)*Partitions+e.Partition)*n:][:n]
			for c, v := range from {
				to[c] += by * v
			}
		}
		h, mixed = h[pose.Joints*n:], mixed[pose.Joints*Partitions*n:]
	}
}

// average takes the mean over the joints.
func (f *stgcnForward) average(h []float32) {
	n := f.spec.Channels
	clear(f.mean)
	for t := range f.spec.Steps {
		to := f.mean[t*n : (t+1)*n]
		for j := range pose.Joints {
			for c, v := range h[(t*pose.Joints+j)*n:][:n] {
				to[c] += v
			}
		}
		for c := range to {
			to[c] /= pose.Joints
		}
	}
}
