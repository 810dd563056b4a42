package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"fallkit/model"
	"fallkit/model/export"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

// exporting is what the user asked the export verb for.
type exporting struct {
	*job
	onnx, licence, form string
	batch               int
}

func newExportCommand(a *app) *cobra.Command {
	var e exporting
	c := &cobra.Command{
		Use:   "export MODEL --onnx OUT.onnx",
		Short: "Write a model as an ONNX file for other programs",
		Long: `Write a model as an ONNX file that OpenCV 4.6 and ONNX Runtime both run. It takes windows of poses,
[batch, 1, steps, features], and gives each one's logit and its calibrated probability of a fall, [batch, 1].
Its metadata says how poses become windows, and has threshold, alarm, calibration, pose engine, profile,
labels and licence; docs/export.md lists the keys.

--form step is for models that answer pose by pose (--network specialist): a run takes a person's next
step and what was kept of the steps before it, and gives that back for the next run.

Before the file is written it answers the same windows as the model does here, drawn ones and some of
generated people, in OpenCV and where it is there in ONNX Runtime. Where an answer is off by more than
0.0001 there is no file.`,
		Args: wants("MODEL"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if e.job, err = a.job(c); err != nil {
				return err
			}
			return e.run(c.Context(), args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&e.onnx, "onnx", "", "the file to write (required)")
	f.IntVar(&e.batch, "batch", 1, "windows (or people) that one run takes: the shape is fixed, as OpenCV wants it")
	f.StringVar(&e.form, "form", string(export.Window), "what one run takes: window or step")
	f.StringVar(&e.licence, "licence", "", "terms of the model, for people (default: that they are those of its data)")
	return c
}

func (e *exporting) run(ctx context.Context, path string) error {
	switch {
	case e.onnx == "":
		return usage("export to where? Give --onnx OUT.onnx, the file to write")
	case e.batch < 1 || e.batch > export.MostBatch:
		return usage("--batch is %d, and must be from 1 to %d", e.batch, export.MostBatch)
	}
	if !slices.Contains(export.Forms, export.Form(e.form)) {
		return usage("--form is %q, and must be window or step", e.form)
	}
	if err := writable(e.onnx); err != nil {
		return err
	}
	c, err := model.Load(path)
	if err != nil {
		return err
	}
	file, err := export.ONNX(c, export.Options{Batch: e.batch, Licence: e.terms(c), Form: export.Form(e.form)})
	if err != nil {
		return err
	}
	proved, err := e.prove(ctx, c, file)
	if err != nil {
		return fmt.Errorf("%s was not written: %w", e.onnx, err)
	}
	if err := renameio.WriteFile(e.onnx, file, 0o644, renameio.WithTempDir(filepath.Dir(e.onnx))); err != nil {
		return fmt.Errorf("write %s: %w", e.onnx, err)
	}
	fmt.Fprintf(e.stdout, "%s\t%d bytes\t%s\n", e.onnx, len(file), proved)
	return nil
}

// terms are what the user says, or where to look.
func (e *exporting) terms(c *model.Checkpoint) string {
	if e.licence != "" {
		return e.licence
	}
	return fmt.Sprintf("not stated; the terms of the clips that it learned from hold (%s)", c.Meta["data"])
}

// prove runs the file wherever that can be done here, and says what came of it.
func (e *exporting) prove(ctx context.Context, c *model.Checkpoint, file []byte) (string, error) {
	p, err := e.proof(ctx, c)
	if err != nil {
		return "", err
	}
	runtimes := []string{vision.OpenCV}
	if err := e.onnxRuntime(); err != nil {
		e.warn("not tried in ONNX Runtime: %v", err)
	} else {
		runtimes = append(runtimes, vision.ONNXRuntime)
	}
	for _, runtime := range runtimes {
		if err := p.in(ctx, runtime, file); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%s answered alike in %s; largest difference %.1e", p.text(), strings.Join(runtimes, " and "), p.largest()), nil
}

// prover holds a file against its model.
type prover interface {
	in(ctx context.Context, runtime string, file []byte) error
	text() string
	largest() float64
}

func (e *exporting) proof(ctx context.Context, c *model.Checkpoint) (prover, error) {
	if export.Form(e.form) == export.Step {
		return newStepProof(ctx, c, e.batch)
	}
	return newProof(ctx, c, e.batch)
}

func (e *exporting) onnxRuntime() error {
	home, err := weights.Home()
	if err != nil {
		return err
	}
	return loadRuntime(home)
}
