package resend

import (
	"context"
	"errors"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// importStep is how many lines one transaction takes: on SQLite all others who
// write wait for it.
const importStep = 200

// ImportArgs asks to go on with an organisation's imports.
type ImportArgs struct {
	Org crm.OrgID                      `json:"org"`
	ID  crm.ID[mail.SuppressionImport] `json:"id"`
}

// Kind names the job.
func (ImportArgs) Kind() string { return "resend_import" }

// ImportReport is an import with the lines of its file.
type ImportReport struct {
	mail.SuppressionImport
	SuppressionSheet
	Forgotten bool // the file is not kept any more
}

// Left is how many lines are still to be taken.
func (r ImportReport) Left() int { return r.Lines - r.Taken }

// PreviewSuppressions reads a file of addresses and keeps it, so that it can be
// imported as it was seen. Nothing is suppressed yet. It returns the errors of
// ReadSuppressions.
func (s *Service) PreviewSuppressions(ctx context.Context, name string, file []byte) (ImportReport, error) {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return ImportReport{}, err
	}
	read, err := ReadSuppressions(file)
	if err != nil {
		return ImportReport{}, err
	}
	i := mail.SuppressionImport{ID: crm.NewID[mail.SuppressionImport](), Org: me.Org, Name: name, State: mail.ImportReady, Lines: len(read.Good), Refused: len(read.Bad), By: me.Actor(), At: s.Now()}
	err = s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.AddSuppressionImport(ctx, i, string(file)) })
	return ImportReport{SuppressionImport: i, SuppressionSheet: read}, err
}

// CheckSuppressions reads a file of addresses, and keeps nothing of it. It returns the
// errors of ReadSuppressions.
func (s *Service) CheckSuppressions(ctx context.Context, file []byte) (SuppressionSheet, error) {
	if _, err := auth.Require(ctx, auth.MailSettings); err != nil {
		return SuppressionSheet{}, err
	}
	return ReadSuppressions(file)
}

// Import reads one with its lines. A missing one is an Error of kind NotFound.
func (s *Service) Import(ctx context.Context, id crm.ID[mail.SuppressionImport]) (ImportReport, error) {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return ImportReport{}, err
	}
	return s.importOf(ctx, me.Org, id)
}

func (s *Service) importOf(ctx context.Context, org crm.OrgID, id crm.ID[mail.SuppressionImport]) (ImportReport, error) {
	i, err := s.Store.SuppressionImport(ctx, org, id)
	if err != nil {
		return ImportReport{}, err
	}
	file, err := s.Store.SuppressionImportFile(ctx, id)
	if crm.KindOf(err) == crm.NotFound {
		return ImportReport{SuppressionImport: i, Forgotten: true}, nil
	}
	if err != nil {
		return ImportReport{}, err
	}
	read, err := ReadSuppressions([]byte(file))
	return ImportReport{SuppressionImport: i, SuppressionSheet: read}, err
}

// ImportProgress is how far one is, without its lines.
func (s *Service) ImportProgress(ctx context.Context, id crm.ID[mail.SuppressionImport]) (mail.SuppressionImport, error) {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return mail.SuppressionImport{}, err
	}
	return s.Store.SuppressionImport(ctx, me.Org, id)
}

// BeginImport lets a file that was previewed be imported by a job. Begun before, it
// goes on as it is. It returns an Error of kind Conflict where no line can be taken.
func (s *Service) BeginImport(ctx context.Context, id crm.ID[mail.SuppressionImport]) error {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		i, err := tx.SuppressionImport(ctx, me.Org, id)
		if err != nil {
			return err
		}
		if i.Lines == 0 {
			return crm.Errorf(crm.Conflict, "No line of the file can be taken. Mend it and choose it again.")
		}
		if _, err := tx.BeginSuppressionImport(ctx, i); err != nil {
			return err
		}
		return tx.Wake(ctx, ImportArgs{me.Org, id}, jobs.Urgent)
	})
}

// ImportSuppressions previews a file and imports it at once, for programs that wait
// for it. A file without a good line comes back as it is, with its bad ones. Each
// step is told, if somebody listens.
func (s *Service) ImportSuppressions(ctx context.Context, name string, file []byte, tell func(mail.SuppressionImport)) (ImportReport, error) {
	r, err := s.PreviewSuppressions(ctx, name, file)
	if err != nil || r.Lines == 0 {
		return r, err
	}
	if err := s.BeginImport(ctx, r.ID); err != nil {
		return r, err
	}
	for r.State != mail.ImportDone {
		if err := s.step(ctx, r); err != nil && !errors.Is(err, errTaken) {
			return r, err
		}
		if r.SuppressionImport, err = s.Store.SuppressionImport(ctx, r.Org, r.ID); err != nil {
			return r, err
		}
		if tell != nil {
			tell(r.SuppressionImport)
		}
	}
	return r, nil
}

// TakeImport is the job: it takes line after line until none is left. What it did
// not get to is gone on with by the next sweep.
func (s *Service) TakeImport(ctx context.Context, args ImportArgs) error {
	if !s.imports.Enter(args.Org) {
		return nil
	}
	defer func() {
		for s.imports.Leave(args.Org) { // the sweep finds what was asked for meanwhile
		}
	}()
	r, err := s.importOf(ctx, args.Org, args.ID)
	if crm.KindOf(err) == crm.NotFound {
		return nil
	}
	for err == nil && r.State == mail.ImportRunning && !r.Forgotten && s.mayCall(ctx) {
		if err := s.step(ctx, r); err != nil {
			if errors.Is(err, errTaken) { // another process goes on with it
				return nil
			}
			return err
		}
		r.SuppressionImport, err = s.Store.SuppressionImport(ctx, r.Org, r.ID)
	}
	return err
}

// errTaken undoes a step whose lines another process has taken.
var errTaken = errors.New("the lines were taken by another process")

// step takes the next lines of an import, all of them or none.
func (s *Service) step(ctx context.Context, r ImportReport) error {
	lines := r.Good[r.Taken:min(r.Taken+importStep, len(r.Good))]
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		done := store.ImportStep{Taken: len(lines)}
		for _, l := range lines {
			sup := mail.Suppression{ID: crm.NewID[mail.Suppression](), Org: r.Org, Address: l.Address, Scope: l.Scope, Reason: l.Reason, Via: mail.ViaImport, Note: l.Note, By: r.By}
			fresh, err := tx.Suppress(ctx, sup)
			if err != nil {
				return err
			}
			if !fresh {
				done.Known++
				continue
			}
			done.Added++
			if err := withdrawnByImport(ctx, tx, sup); err != nil {
				return err
			}
		}
		ours, err := tx.AdvanceSuppressionImport(ctx, r.SuppressionImport, done)
		if err != nil {
			return err
		}
		if !ours {
			return errTaken
		}
		if r.Taken+done.Taken < r.Lines {
			return nil
		}
		return tx.Wake(ctx, ExchangeArgs{r.Org}, jobs.Bulk)
	})
}

func withdrawnByImport(ctx context.Context, tx *store.Tx, sup mail.Suppression) error {
	if !sup.Scope.Marketing() && sup.Reason != mail.ForUnsubscribe {
		return nil
	}
	return tx.KeepConsent(ctx, mail.Consent{
		ID: crm.NewID[mail.Consent](), Org: sup.Org, AddressHash: mail.AddressHash(sup.Org, sup.Address), Scope: sup.Scope, Way: mail.ByImport, Note: sup.Note, By: sup.By})
}

// wakeImports has imports gone on with that a process left behind.
func (s *Service) wakeImports(ctx context.Context) error {
	running, err := s.Store.RunningSuppressionImports(ctx)
	if err != nil || len(running) == 0 {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, i := range running {
			if s.imports.Running(i.Org) {
				continue
			}
			if err := tx.Wake(ctx, ImportArgs{i.Org, i.ID}, jobs.Normal); err != nil {
				return err
			}
		}
		return nil
	})
}
