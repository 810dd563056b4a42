// Package base is the model that comes along; MODEL_CARD.md says what it is worth.
package base

import _ "embed"

// Checkpoint is the model's file.
//
//go:embed base.safetensors
var Checkpoint []byte
