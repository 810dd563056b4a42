package tfjs

import "fmt"

// integers is the value of a node that must be known at conversion. A graph that takes
// any size of picture works out the size of its feature maps by itself; here the size
// is given, so those sums are done once and for all.
func (l *lowering) integers(name string) ([]int, error) {
	n, err := l.node(name)
	if err != nil {
		return nil, err
	}
	if v, ok := l.folded[n.Name]; ok {
		return v, nil
	}
	v, err := visit(l, n, l.fold)
	if err != nil {
		return nil, err
	}
	l.folded[n.Name] = v
	return v, nil
}

func (l *lowering) fold(n *node) ([]int, error) {
	switch n.Op {
	case "Const":
		c, ok := l.graph.constants[n.Name]
		if !ok || c.ints == nil {
			return nil, fmt.Errorf("is not a constant of integers")
		}
		return c.ints, nil
	case "Shape":
		t, err := l.tensorAt(n, 0)
		return []int{1, t.height, t.width, t.channels}, err
	case "Mul":
		return l.foldProduct(n)
	case "StridedSlice":
		return l.foldSlice(n)
	}
	return nil, fmt.Errorf("its value is needed at conversion, and this operation is not worked out here")
}

func (l *lowering) foldProduct(n *node) ([]int, error) {
	a, err := l.integersAt(n, 0)
	if err != nil {
		return nil, err
	}
	b, err := l.integersAt(n, 1)
	if err != nil {
		return nil, err
	}
	if len(a) != len(b) {
		return nil, fmt.Errorf("multiplies %d numbers by %d", len(a), len(b))
	}
	product := make([]int, len(a))
	for i := range a {
		if !small(a[i]) || !small(b[i]) {
			return nil, fmt.Errorf("multiplies %d by %d: no size is that large", a[i], b[i])
		}
		product[i] = a[i] * b[i]
	}
	return product, nil
}

// foldSlice takes a run of a list: begin to end, in steps of one.
func (l *lowering) foldSlice(n *node) ([]int, error) {
	for _, mask := range []string{"begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"} {
		if v, err := n.integer(mask); err != nil || v != 0 {
			return nil, fmt.Errorf("a %s is not read here", mask)
		}
	}
	var part [4][]int // the list, begin, end, stride
	for i := range part {
		var err error
		if part[i], err = l.integersAt(n, i); err != nil {
			return nil, err
		}
		if i > 0 && len(part[i]) != 1 {
			return nil, fmt.Errorf("only lists are cut here, and input %d has %d numbers instead of one", i, len(part[i]))
		}
	}
	list, begin, end, stride := part[0], part[1][0], part[2][0], part[3][0]
	if begin < 0 || end < begin || end > len(list) || stride != 1 {
		return nil, fmt.Errorf("takes %d to %d in steps of %d from a list of %d", begin, end, stride, len(list))
	}
	return list[begin:end], nil
}

func small(v int) bool { return v >= -maxSize && v <= maxSize }
