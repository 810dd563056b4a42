package main

import (
	"encoding/json"

	"github.com/spf13/cobra"
)

func newConfigCommand(a *app) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the settings in force and where each came from",
		Long: `config prints every setting that is in force as YAML, with the place that it came from
as a comment: default, FILE:LINE, the name of an environment variable, or --FLAG. What it
prints is a file of settings again.

A setting is taken from the last of these that has it: the default, the file (--config),
the environment (FALLKIT_FIT__EPOCHS is fit.epochs), the flags of a verb.`,
		Example: "  falltrain config\n  FALLKIT_FIT__EPOCHS=5 falltrain config --json",
		Args:    wants(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.printConfig(cmd, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, `print {"settings": {...}, "from": {"fit.epochs": "default", ...}}`)
	return cmd
}

func (a *app) printConfig(cmd *cobra.Command, asJSON bool) error {
	settings, origins, err := a.settings(cmd)
	if err != nil {
		return err
	}
	if asJSON {
		encoder := json.NewEncoder(a.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(struct {
			Settings Settings          `json:"settings"`
			From     map[string]string `json:"from"`
		}{settings, origins.Map()})
	}
	text, err := origins.YAML()
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(text)
	return err
}
