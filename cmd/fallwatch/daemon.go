package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"fallkit/internal/config"
	"fallkit/internal/journal"
	"fallkit/internal/modelstore"
	"fallkit/internal/service"
)

// daemon is the program at work: what stays while settings come and go.
type daemon struct {
	*app
	load    func() (Settings, config.Origins, error)
	manager *service.Manager
	journal *journal.Journal
	state   string
	store   *modelstore.Store
	use     *modelstore.Use
	figures figures
}

// openDaemon takes up what the program has kept. The caller closes it.
func (a *app) openDaemon(load func() (Settings, config.Origins, error), s Settings) (*daemon, error) {
	d := &daemon{app: a, load: load, figures: newFigures(a.now())}
	var err error
	if d.manager, err = service.FromEnviron(a.environ, os.Getpid()); err != nil {
		return nil, err
	}
	if d.state, err = s.stateDir(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(d.state, 0o750); err != nil {
		return nil, fmt.Errorf("state.dir: %w", err)
	}
	if d.journal, err = journal.Open(filepath.Join(d.state, "journal.db")); err != nil {
		return nil, err
	}
	if what := d.journal.Damage(); what != "" {
		a.log.Error("the journal was damaged", "what", what)
	}
	if err := d.chooseModel(s); err != nil {
		return nil, errors.Join(err, d.journal.Close())
	}
	return d, nil
}

func (d *daemon) chooseModel(s Settings) (err error) {
	if d.store, err = openStore(s); err != nil {
		return err
	}
	if d.use, err = d.store.Start(d.now()); err != nil {
		return err
	}
	for _, note := range d.use.Notes {
		d.log.Warn("model", "note", note)
	}
	d.log.Info("model", "name", d.use.Name, "sha256", d.use.Model.SHA256, "probation", d.use.Probation)
	return nil
}

// run watches until ctx ends; at each hangup it reads the settings again.
func (d *daemon) run(ctx context.Context, first *shift, hangup <-chan os.Signal) error {
	for s := first; ; {
		next, err := d.work(ctx, s, hangup)
		if next == nil {
			d.tellManager(d.manager.Stopping("stopping"))
			if ctx.Err() != nil && d.use.Probation {
				err = errors.Join(err, d.store.Stopped(d.use))
			}
			return err
		}
		if err != nil {
			d.log.Warn("the old settings ended with a fault", "error", err)
		}
		s = next
	}
}

// work watches with one set of settings until ctx ends, or until good ones come in their place.
func (d *daemon) work(ctx context.Context, s *shift, hangup <-chan os.Signal) (next *shift, err error) {
	s.takeOver()
	working, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.run(working) }()
	d.tellManager(d.manager.Ready(s.status()))
	for {
		select {
		case err := <-ended:
			return nil, err
		case <-hangup:
			d.tellManager(d.manager.Reloading())
			if next, err = d.again(s); err == nil {
				stop()
				return next, <-ended
			}
			d.log.Error("the new settings are not taken, and the old ones stay in force", "error", err)
			d.tellManager(d.manager.Ready(s.status()))
		}
	}
}

func (d *daemon) tellManager(err error) {
	if err != nil {
		d.log.Warn("the service manager does not hear", "error", err)
	}
}

// probation watches a new model until it has proved itself.
func (d *daemon) probation(ctx context.Context, ready func() error) error {
	if !d.use.Probation {
		return nil
	}
	t := time.NewTicker(time.Second)
	defer t.Stop()
	err := d.store.Watch(ctx, d.use, t.C, ready)
	if err == nil && ctx.Err() == nil {
		d.use.Probation = false
		d.log.Info("the new model has proved itself", "name", d.use.Name)
	}
	return err
}

// desk is the state of the alarm desk as it was last kept.
func (d *daemon) desk() (json.RawMessage, error) { return d.journal.Desk() }

// all runs several things until one fails or ctx ends.
func all(ctx context.Context, runs ...func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, run := range runs {
		group.Go(func() error {
			err := run(ctx)
			if ctx.Err() != nil && errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		})
	}
	return group.Wait()
}
