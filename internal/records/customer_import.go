package records

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/records/sheet"
	"github.com/renoz/renoz/internal/store"
)

// How large a file may be that is imported, and how many of its lines are
// written in one transaction: on SQLite all others who write wait for it.
const (
	MaxImportBytes = 5 << 20
	MaxImportLines = 10_000
	linesTogether  = 50
)

// PreviewCustomers says what ImportCustomers would do, and writes nothing.
func (b *Book) PreviewCustomers(ctx context.Context, file io.Reader, update bool) (CustomerImport, error) {
	f, err := b.customerFile(ctx, file, update)
	if err != nil {
		return CustomerImport{}, err
	}
	if err := f.known.read(ctx, b.store.Reader, f.by.Org); err != nil {
		return CustomerImport{}, err
	}
	for _, line := range f.sheet.Lines {
		p, err := f.plan(ctx, b.store.Reader, line)
		if err != nil {
			return CustomerImport{}, err
		}
		f.pretend(&p)
		f.report.add(p.ImportedLine)
	}
	return f.report, nil
}

// ImportCustomers adds the customers of a file, and with update changes those
// that are there already by what the line has; without, it passes them over. A
// line that is wrong costs only itself. It returns an Error of kind Invalid
// for a file or columns that cannot be read, and one of kind TooLarge above MaxImportBytes and MaxImportLines. After any other
// error the lines before are kept, and the same file can be imported again.
func (b *Book) ImportCustomers(ctx context.Context, file io.Reader, update bool) (CustomerImport, error) {
	f, err := b.customerFile(ctx, file, update)
	if err != nil {
		return CustomerImport{}, err
	}
	for some := range slices.Chunk(f.sheet.Lines, linesTogether) {
		if err := f.write(ctx, some); err != nil {
			return CustomerImport{}, err
		}
	}
	return f.report, nil
}

// customerFile is a file on its way in.
type customerFile struct {
	book    *Book
	by      By
	update  bool
	sheet   sheet.Sheet
	columns []ImportColumn
	known   *knownCustomers
	report  CustomerImport
}

func (b *Book) customerFile(ctx context.Context, file io.Reader, update bool) (*customerFile, error) {
	org, actor, err := b.authorise(ctx, customersEdit)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, MaxImportBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read a file of customers: %w", err)
	}
	if len(text) > MaxImportBytes {
		return nil, ImportTooLarge()
	}
	s, err := sheet.Read(text, MaxImportLines)
	if err != nil {
		return nil, err
	}
	columns, err := matchColumns(s.Columns)
	if err != nil {
		return nil, err
	}
	return &customerFile{b, By{Org: org, Actor: actor, Way: mail.ByImport}, update, s, columns, newKnownCustomers(), CustomerImport{columns: s.Columns}}, nil
}

// ImportTooLarge is the Error of a file above MaxImportBytes.
func ImportTooLarge() error {
	return crm.Errorf(crm.TooLarge, "The file is larger than 5 MiB. Split it and import one part after the other.")
}

// write does some lines in one transaction. When one of them cannot be written,
// each gets a transaction of its own, so that the others are kept.
func (f *customerFile) write(ctx context.Context, some []sheet.Line) error {
	var done []ImportedLine
	err := f.book.store.InTx(ctx, func(tx *store.Tx) error {
		done = nil
		f.known.undo()
		if err := tx.LockNumbers(ctx, f.by.Org, store.CustomerNumbers); err != nil {
			return err
		}
		if err := f.known.read(ctx, tx.Reader, f.by.Org); err != nil {
			return err
		}
		for _, line := range some {
			p, err := f.plan(ctx, tx.Reader, line)
			if err == nil {
				err = f.do(ctx, f.book.In(tx, f.by), &p)
			}
			if err != nil {
				return err
			}
			done = append(done, p.ImportedLine)
		}
		return nil
	})
	var e *crm.Error
	switch {
	case err == nil:
		f.known.keep()
		for _, line := range done {
			f.report.add(line)
		}
		return nil
	case !errors.As(err, &e):
		f.known.undo()
		return err
	case len(some) == 1:
		f.known.undo()
		f.report.add(refusedLine(some[0], e.Message))
		return nil
	}
	for i := range some {
		if err := f.write(ctx, some[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// planned is what is to be done with a line.
type planned struct {
	ImportedLine
	in  CustomerInput
	of  *knownCustomer // the customer that is there
	was crm.Customer   // before an update
	now crm.Customer   // afterwards
}

// plan decides what is to be done with a line.
func (f *customerFile) plan(ctx context.Context, r store.Reader, line sheet.Line) (planned, error) {
	if line.Problem != "" {
		refused := refusedLine(line, line.Problem)
		refused.unread = line.Cells[0]
		return planned{ImportedLine: refused}, nil
	}
	l, err := over(CustomerInput{}, f.columns, line)
	var c crm.Customer
	l.in.fill(&c)
	p := planned{ImportedLine: ImportedLine{Line: line.Number, Outcome: ImportCreated, Name: c.Name, cells: line.Cells}}
	if err != nil {
		return p.refuse(l, err)
	}
	of, why, err := f.known.match(l.number, c)
	if err != nil {
		return p.refuse(l, err)
	}
	if of != nil {
		return f.planKnown(ctx, r, line, p.about(of, why))
	}
	p.in, p.now = l.in, c
	if err := c.Validate(); err != nil {
		return p.refuse(l, err)
	}
	if err := f.known.nameTaken(c.Name, nil); err != nil {
		return p.refuse(l, err)
	}
	return p, nil
}

// about turns the line to a customer that is there, which is passed over until
// something is found to change.
func (p planned) about(of *knownCustomer, why string) planned {
	p.of, p.Outcome, p.Reason = of, ImportSkipped, of.who()+" "+why+"."
	p.Customer, p.Number = of.keys.ID, of.keys.Number
	if p.Name == "" {
		p.Name = of.keys.Name
	}
	return p
}

// planKnown decides about a line whose customer is there.
func (f *customerFile) planKnown(ctx context.Context, r store.Reader, line sheet.Line, p planned) (planned, error) {
	switch {
	case p.of.keys.Archived:
		p.Reason += " It is archived; restore it first if it is to be changed."
		return p, nil
	case !f.update:
		p.Reason += " Choose to update existing customers if the line is to change it."
		return p, nil
	}
	var err error
	if p.of.as != nil {
		p.was = *p.of.as
	} else if p.was, err = r.Customer(ctx, f.by.Org, p.of.keys.ID); err != nil {
		return p, err
	}
	l, err := over(CustomerInputOf(p.was), f.columns, line)
	if err != nil {
		return p.refuse(l, err)
	}
	p.in, p.now = l.in, p.was
	p.in.fill(&p.now)
	if err := p.now.Validate(); err != nil {
		return p.refuse(l, err)
	}
	if customerDifference(p.was, p.now) == differences(nil).sentence() {
		p.Reason = p.of.who() + " has all of this already."
		return p, nil
	}
	if store.NameKey(p.was.Name) != store.NameKey(p.now.Name) {
		if err := f.known.nameTaken(p.now.Name, p.of); err != nil {
			return p.refuse(l, err)
		}
	}
	p.Outcome, p.Reason, p.Name = ImportUpdated, "", p.now.Name
	return p, nil
}

// refuse turns what is wrong with a line into its outcome. An error without
// words for people goes on.
func (p planned) refuse(l *customerLine, err error) (planned, error) {
	var e *crm.Error
	if !errors.As(err, &e) {
		return p, err
	}
	p.Outcome = ImportRefused
	p.Field, p.Reason = l.complaint(e)
	return p, nil
}

func refusedLine(line sheet.Line, reason string) ImportedLine {
	return ImportedLine{Line: line.Number, Outcome: ImportRefused, Reason: reason, cells: line.Cells}
}

// do writes what was planned.
func (f *customerFile) do(ctx context.Context, w Work, p *planned) (err error) {
	switch p.Outcome {
	case ImportCreated:
		if p.now, err = w.CreateCustomer(ctx, p.in); err != nil {
			return err
		}
		f.known.add(&knownCustomer{keys: keysOf(p.now)})
	case ImportUpdated:
		if p.now, err = w.UpdateCustomer(ctx, p.was.ID, p.was.Version, p.in); err != nil {
			return err
		}
		f.known.change(p.of, knownCustomer{keys: keysOf(p.now)})
	default:
		return nil
	}
	p.Customer, p.Number, p.Name = p.now.ID, p.now.Number, p.now.Name
	return nil
}

// pretend remembers what would have been written, so that later lines of the
// file meet it.
func (f *customerFile) pretend(p *planned) {
	switch p.Outcome {
	case ImportCreated:
		f.known.add(&knownCustomer{keys: keysOf(p.now), line: p.Line, as: &p.now})
	case ImportUpdated:
		f.known.change(p.of, knownCustomer{keys: keysOf(p.now), line: p.of.line, as: &p.now})
	}
}
