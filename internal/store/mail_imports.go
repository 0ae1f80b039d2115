package store

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// AddSuppressionImport keeps a file of addresses.
func (t *Tx) AddSuppressionImport(ctx context.Context, i mail.SuppressionImport, file string) error {
	err := t.q.InsertSuppressionImport(ctx, db.InsertSuppressionImportParams{
		ID: i.ID.UUID, OrgID: i.Org, Name: i.Name, State: string(i.State), Lines: int64(i.Lines), Refused: int64(i.Refused), CreatedBy: i.By, Now: instant.At(t.Now())})
	if err == nil {
		err = t.q.InsertSuppressionImportFile(ctx, i.ID.UUID, file)
	}
	return doing(err, "keep a file of addresses")
}

// SuppressionImport is one. A missing one is an Error of kind NotFound.
func (r Reader) SuppressionImport(ctx context.Context, org crm.OrgID, id crm.ID[mail.SuppressionImport]) (mail.SuppressionImport, error) {
	row, err := r.q.SuppressionImport(ctx, org, id.UUID)
	if err != nil {
		return mail.SuppressionImport{}, notFound(err, "import")
	}
	return mail.SuppressionImport{
		ID: id, Org: org, Name: row.Name, State: mail.ImportState(row.State), Lines: int(row.Lines), Refused: int(row.Refused), Taken: int(row.Taken),
		Added: int(row.Added), Known: int(row.Known), By: row.CreatedBy, At: row.CreatedAt.Time, EndedAt: row.EndedAt.Std(),
	}, nil
}

// SuppressionImportFile is the file of an import. A missing one is an Error of kind
// NotFound.
func (r Reader) SuppressionImportFile(ctx context.Context, id crm.ID[mail.SuppressionImport]) (string, error) {
	file, err := r.q.SuppressionImportFile(ctx, id.UUID)
	if err != nil {
		return "", notFound(err, "file")
	}
	return file, nil
}

// BeginSuppressionImport lets an import run. It reports false when it ran already.
func (t *Tx) BeginSuppressionImport(ctx context.Context, i mail.SuppressionImport) (bool, error) {
	n, err := t.q.BeginSuppressionImport(ctx, i.Org, i.ID.UUID)
	return n == 1, doing(err, "begin an import")
}

// ImportStep is what became of some lines.
type ImportStep struct{ Taken, Added, Known int }

// AdvanceSuppressionImport counts lines that were taken, and ends the import with
// the last. It reports false when another process took them: then nothing of the
// transaction may be kept.
func (t *Tx) AdvanceSuppressionImport(ctx context.Context, i mail.SuppressionImport, step ImportStep) (bool, error) {
	p := db.AdvanceSuppressionImportParams{Taken: int64(step.Taken), Added: int64(step.Added), Known: int64(step.Known), State: string(mail.ImportRunning), OrgID: i.Org, ID: i.ID.UUID, Was: int64(i.Taken)}
	if i.Taken+step.Taken >= i.Lines {
		p.State, p.EndedAt = string(mail.ImportDone), instant.Ptr(t.Now())
	}
	n, err := t.q.AdvanceSuppressionImport(ctx, p)
	return n == 1, doing(err, "count lines of an import")
}

// RunningSuppressionImports are those that have not ended.
func (r Reader) RunningSuppressionImports(ctx context.Context) ([]mail.SuppressionImport, error) {
	rows, err := r.q.RunningSuppressionImports(ctx)
	return each(rows, func(row db.RunningSuppressionImportsRow) mail.SuppressionImport {
		return mail.SuppressionImport{ID: crm.ID[mail.SuppressionImport]{UUID: row.ID}, Org: row.OrgID}
	}), doing(err, "list imports that run")
}

// DropSuppressionImports forgets those of before a moment, with their files.
func (s *Store) DropSuppressionImports(ctx context.Context, before time.Time) error {
	return s.InTx(ctx, func(t *Tx) error {
		if err := t.q.DropSuppressionImportFiles(ctx, instant.At(before)); err != nil {
			return doing(err, "forget files of addresses")
		}
		return doing(t.q.DropSuppressionImports(ctx, instant.At(before)), "forget imports")
	})
}
