package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"fallkit/internal/config"
	"fallkit/pose/vision"
)

func newConfigCommand(a *app) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the settings in force and where each came from",
		Long: `config prints every setting that is in force as YAML, with the place that it came from
as a comment: default, FILE:LINE, or the name of an environment variable. Passwords are left out.

A setting is taken from the last of these that has it: the default, the file (--config),
the environment (FALLWATCH_POSE__FPS is pose.fps). Lists of sections, such as cameras, can
stand in the file alone.`,
		Args: wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.printConfig(cmd, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, `print {"settings": {...}, "from": {"pose.fps": "default", ...}}`)
	return cmd
}

func (a *app) printConfig(cmd *cobra.Command, asJSON bool) error {
	settings, origins, err := a.settings(cmd)
	if err != nil {
		return err
	}
	settings = settings.withoutSecrets()
	if asJSON {
		encoder := json.NewEncoder(a.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(struct {
			Settings Settings          `json:"settings"`
			From     map[string]string `json:"from"`
		}{settings, origins.Map()})
	}
	text, err := open(origins, settings).YAML()
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(text)
	return err
}

// open puts the settings that may be shown in the place of those in force.
func open(origins config.Origins, s Settings) config.Origins {
	shown := append(config.Origins{}, origins...)
	for i, o := range shown {
		if o.Key == "cameras" {
			shown[i].Value = s.Cameras
		}
	}
	return shown
}

// withoutSecrets leaves out what nobody should read over a shoulder.
func (s Settings) withoutSecrets() Settings {
	cameras := append([]CameraSettings{}, s.Cameras...)
	for i := range cameras {
		cameras[i].URL = vision.Source{Path: cameras[i].URL}.Name()
	}
	s.Cameras = cameras
	return s
}
