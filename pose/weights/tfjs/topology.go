package tfjs

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// graph is a model as it was read: its nodes by name, and the values of its constants.
type graph struct {
	nodes     map[string]*node
	constants map[string]constant
}

// node is one operation of the graph. Texts in attributes are base64 in the JSON, which
// is how encoding/json reads a []byte.
type node struct {
	Name  string               `json:"name"`
	Op    string               `json:"op"`
	Input []string             `json:"input"`
	Attr  map[string]attribute `json:"attr"`
}

type attribute struct {
	S    []byte `json:"s"`
	B    bool   `json:"b"`
	I    json.Number
	List struct {
		S [][]byte      `json:"s"`
		I []json.Number `json:"i"`
	} `json:"list"`
}

type modelFile struct {
	Topology struct {
		Nodes []*node `json:"node"`
	} `json:"modelTopology"`
	Manifest []struct {
		Weights []weight `json:"weights"`
	} `json:"weightsManifest"`
}

// maxNodes is far above what a pose network has (MoveNet: below 1,000) and keeps the
// recursion over the graph shallow.
const maxNodes = 4096

func readGraph(topology, weights []byte) (*graph, error) {
	var file modelFile
	if err := json.Unmarshal(topology, &file); err != nil {
		return nil, fmt.Errorf("model.json: %w", err)
	}
	if n := len(file.Topology.Nodes); n == 0 || n > maxNodes {
		return nil, fmt.Errorf("model.json has %d nodes, and must have between 1 and %d", n, maxNodes)
	}
	g := &graph{nodes: map[string]*node{}}
	for _, n := range file.Topology.Nodes {
		if n == nil || n.Name == "" {
			return nil, fmt.Errorf("model.json has a node without a name")
		}
		if g.nodes[n.Name] != nil {
			return nil, fmt.Errorf("model.json has two nodes called %q", n.Name)
		}
		g.nodes[n.Name] = n
	}
	var list []weight
	for _, group := range file.Manifest {
		list = append(list, group.Weights...)
	}
	var err error
	g.constants, err = readConstants(list, weights)
	return g, err
}

// text is a text attribute, "" where the node has none.
func (n *node) text(name string) string { return string(n.Attr[name].S) }

func (n *node) flag(name string) bool { return n.Attr[name].B }

func (n *node) texts(name string) []string {
	var list []string
	for _, s := range n.Attr[name].List.S {
		list = append(list, string(s))
	}
	return list
}

// integer is an integer attribute, 0 where the node has none.
func (n *node) integer(name string) (int, error) {
	v := n.Attr[name].I
	if v == "" {
		return 0, nil
	}
	return parseInteger(name, v)
}

func (n *node) integers(name string) ([]int, error) {
	var list []int
	for _, v := range n.Attr[name].List.I {
		i, err := parseInteger(name, v)
		if err != nil {
			return nil, err
		}
		list = append(list, i)
	}
	return list, nil
}

func parseInteger(name string, v json.Number) (int, error) {
	i, err := strconv.ParseInt(v.String(), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("attribute %s is %q, and must be a 32-bit integer", name, v)
	}
	return int(i), nil
}
