package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/user"

	"github.com/spf13/cobra"

	"fallkit/internal/web/account"
)

func newPasswordCommand(a *app) *cobra.Command {
	everybody := false
	cmd := &cobra.Command{
		Use:   "password [USER]",
		Short: "Give a user of the page, or admin, a new random password",
		Long: `password is for a password that was lost, or that somebody else knows. It makes a new random one
for the user, or for admin, prints it once, lets the user do everything, and ends the user's sessions.
The daemon may run or not: where it runs it takes the new password up at once. What was done stands
in the audit log of the page.

Whoever may write the state's folder may do this: run it as root, or as the user whom the daemon runs as.`,
		Args: wants("[USER]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := account.FirstUser
			if len(args) > 0 {
				name = args[0]
			}
			return a.newPassword(cmd, name, everybody)
		},
	}
	cmd.Flags().BoolVar(&everybody, "everybody", false, "end the sessions of all users, so that everybody signs in anew")
	return cmd
}

func (a *app) newPassword(cmd *cobra.Command, name string, everybody bool) error {
	s, _, err := a.settings(cmd)
	if err != nil {
		return err
	}
	if !s.Web.SignIn {
		return errors.New("web.sign_in is off: nobody needs a password")
	}
	state, err := s.stateDir()
	if err != nil {
		return err
	}
	password, err := account.ResetPassword(state, name, "user "+a.operator(), everybody, a.now())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%s has the new password %s\nIt is shown this once; change it on the page, under Access. All sessions of %s have ended.\n", name, password, whose(name, everybody))
	return err
}

func whose(name string, everybody bool) string {
	if everybody {
		return "all users"
	}
	return name
}

// operator is the user of the machine who runs the program, also from behind sudo.
func (a *app) operator() string {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return cmp.Or(os.Getenv("SUDO_USER"), name)
}
