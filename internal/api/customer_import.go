package api

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/records"
)

const (
	importPath = "/customers/import"
	csvType    = "text/csv"
	fileWithin = 10 * time.Minute // until a file is answered, which takes longer than a record
)

// CustomerImport is what became of a file of customers, or in a preview would.
type CustomerImport struct {
	Created int            `json:"created"`
	Updated int            `json:"updated"`
	Skipped int            `json:"skipped" doc:"Lines whose customer is there, and of which nothing was changed."`
	Refused int            `json:"refused"`
	Lines   []ImportedLine `json:"lines" nullable:"false" doc:"In the order of the file."`
}

// ImportedLine is what became of one line of a file.
type ImportedLine struct {
	Line       int             `json:"line" doc:"Where it begins in the file; the names of the columns are usually on line 1."`
	Outcome    string          `json:"outcome" enum:"created,updated,skipped,refused"`
	Field      string          `json:"field,omitempty" doc:"The column that is wrong." example:"abn"`
	Reason     string          `json:"reason,omitempty" doc:"Why it was skipped or refused, and what to do."`
	CustomerID *crm.CustomerID `json:"customer_id,omitempty" format:"uuid"`
}

type customerFile struct {
	Preview bool   `query:"preview" doc:"true: say what would happen, and write nothing."`
	Update  bool   `query:"update" doc:"true: change customers that are there; otherwise they are skipped."`
	RawBody []byte `contentType:"text/csv"`
}

const aboutImport = `The body is a file of at most 5 MiB and 10,000 lines in UTF-8, with commas, semicolons or tabs between cells.
Its first line names columns, in any order; those that are not known are refused by name, with the list of those that are.
A line is about a customer that is there when number, ABN, or e-mail address and name say so. A line that is wrong costs only itself.
Empty cells leave what is there.`

func (t *table) customerImport() {
	add(t, spec{
		id: "import-customers", method: http.MethodPost, path: importPath, permission: auth.CustomersEdit, tag: "Customers",
		summary: "Import customers from a CSV file", about: aboutImport, file: csvType,
	}, t.importCustomers)
}

func (a *API) importCustomers(ctx context.Context, in *customerFile) (*struct{ Body CustomerImport }, error) {
	take := a.book.ImportCustomers
	if in.Preview {
		take = a.book.PreviewCustomers
	}
	r, err := take(ctx, bytes.NewReader(in.RawBody), in.Update)
	if err != nil {
		return nil, err
	}
	out := CustomerImport{Created: r.Created, Updated: r.Updated, Skipped: r.Skipped, Refused: r.Refused, Lines: make([]ImportedLine, len(r.Lines))}
	for i, l := range r.Lines {
		out.Lines[i] = ImportedLine{Line: l.Line, Outcome: string(l.Outcome), Field: l.Field, Reason: l.Reason}
		if !l.Customer.IsZero() {
			out.Lines[i].CustomerID = &l.Customer
		}
	}
	return &struct{ Body CustomerImport }{out}, nil
}

// takes refuses bodies that are no such file, and gives the others time.
func (a *API) takes(kind string) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(c)
		sent, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || sent != kind {
			a.write(w, http.StatusUnsupportedMediaType, "Send the file itself as the body, with Content-Type: "+kind+".")
			return
		}
		limits := http.NewResponseController(w)
		_ = limits.SetReadDeadline(time.Time{}) // the body is read already; where there are no deadlines, none is in the way
		_ = limits.SetWriteDeadline(time.Now().Add(fileWithin))
		next(c)
	}
}

// bodyBound is how large a body may be, in bytes, and what is said of one that is
// larger.
func bodyBound(r *http.Request) (int64, error) {
	if r.URL.Path == prefix+importPath {
		return records.MaxImportBytes, records.ImportTooLarge()
	}
	if r.URL.Path == prefix+suppressionImportPath {
		return resend.MaxSuppressionBytes, resend.SuppressionFileTooLarge()
	}
	return bodyLimit, errTooLarge
}
