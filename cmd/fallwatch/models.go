package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"fallkit/internal/modelstore"
	"fallkit/model"
	"fallkit/models/base"
)

// store is the folder of models of the settings in force.
func (a *app) store(cmd *cobra.Command) (*modelstore.Store, error) {
	s, _, err := a.settings(cmd)
	if err != nil {
		return nil, err
	}
	return openStore(s)
}

func openStore(s Settings) (*modelstore.Store, error) {
	dir, err := s.stateDir()
	if err != nil {
		return nil, err
	}
	fits := func(c *model.Checkpoint) error {
		_, err := frontOf(c)
		return err
	}
	return modelstore.Open(dir, s.Model, base.Checkpoint, modelstore.Checks{Fits: fits})
}

func newModelCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "model",
		Short: "Put in another model, go back to the one before, sign models",
		Long: `model keeps the models that the daemon may use. Before one is put in, it is checked: that the file
is whole, made for the poses of this program, signed where model.require_signature says so, and
that it gives the answers to built-in poses that it came with.

The next start of the daemon uses a new model on probation: where it does not get ready within
model.probation, or crashes before, the model before comes back by itself.`,
		Args: wants(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage("model needs to be told what to do: %s", seeHelp(cmd))
		},
	}
	cmd.AddCommand(newInstallCommand(a), newModelCheckCommand(a), newListCommand(a), newRollbackCommand(a), newKeygenCommand(a), newSignCommand(a))
	return cmd
}

func newInstallCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "install FILE",
		Short: "Check a model and have the next start of the daemon use it",
		Args:  wants("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.store(cmd)
			if err != nil {
				return err
			}
			m, err := s.Install(args[0], time.Now())
			if err != nil {
				return err
			}
			a.checked(args[0], m)
			fmt.Fprintf(a.stdout, "installed; it is used from the next start on (systemctl restart fallwatch), and taken back if the daemon is not ready within %v\n", s.Patience)
			return nil
		},
	}
}

func newModelCheckCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Check a model as install does, and change nothing",
		Args:  wants("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.store(cmd)
			if err != nil {
				return err
			}
			m, err := s.Checks.Verify(args[0])
			if err != nil {
				return err
			}
			a.checked(args[0], m)
			return nil
		},
	}
}

func (a *app) checked(path string, m *modelstore.Model) {
	by := "not signed"
	if m.Signed != "" {
		by = "signed with " + m.Signed
	}
	fmt.Fprintf(a.stdout, "%s is good: sha256 %s, %s\n", path, m.SHA256, by)
}

func newListCommand(a *app) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Print the models that there are, the one in use first; each is checked",
		Args:  wants(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.store(cmd)
			if err != nil {
				return err
			}
			lines, err := s.List()
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(a.stdout)
				e.SetIndent("", "  ")
				return e.Encode(lines)
			}
			return a.table(lines)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON list")
	return cmd
}

func (a *app) table(lines []modelstore.Line) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, l := range lines {
		note := l.Fault
		switch {
		case note != "":
		case l.Probation:
			note = "on probation: not yet ready with it"
		case l.Signed != "":
			note = "signed with " + l.Signed
		}
		fmt.Fprintf(w, "%s\t%.12s\t%s\t%s\t%s\n", l.Role, l.SHA256, l.Name, l.Learned, note)
	}
	return w.Flush()
}

func newRollbackCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "rollback",
		Short: "Go back to the model before; a second rollback undoes the first",
		Args:  wants(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.store(cmd)
			if err != nil {
				return err
			}
			now, err := s.Rollback()
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "the next start of the daemon uses %s (systemctl restart fallwatch)\n", now)
			return nil
		},
	}
}

func newKeygenCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "keygen PRIVATE PUBLIC",
		Short: "Make a pair of keys: one to sign models with, one for model.keys of the settings",
		Args:  wants("PRIVATE", "PUBLIC"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := modelstore.NewKey(args[0], args[1]); err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "%s signs models: keep it off the cameras' machines\n%s goes there, and is named in model.keys\n", args[0], args[1])
			return nil
		},
	}
}

func newSignCommand(a *app) *cobra.Command {
	key := ""
	cmd := &cobra.Command{
		Use:   "sign FILE",
		Short: "Sign a model; the signature lies beside it and goes with it",
		Args:  wants("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if key == "" {
				return usage("sign needs --key, the private key that keygen made")
			}
			path, err := modelstore.Sign(args[0], key)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "%s\n", path)
			return nil
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "the private key")
	return cmd
}
