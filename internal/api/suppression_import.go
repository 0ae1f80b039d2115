package api

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

const suppressionImportPath = "/suppressions/import"

// SuppressionImport is what became of a file of addresses, or in a preview would.
type SuppressionImport struct {
	Lines   int              `json:"lines" doc:"That can be taken."`
	Added   int              `json:"added"`
	Known   int              `json:"known" doc:"On the list already, which stay as they are."`
	Refused int              `json:"refused" doc:"Lines that a person must mend."`
	Bad     []BadAddressLine `json:"bad" nullable:"false" doc:"The lines that were refused, in the order of the file."`
}

// BadAddressLine is a line of a file that cannot be taken.
type BadAddressLine struct {
	Line    int    `json:"line" doc:"Where it begins in the file; the names of the columns are usually on line 1."`
	Field   string `json:"field,omitempty" doc:"The column that is wrong." example:"address"`
	Problem string `json:"problem" doc:"What is wrong, and what to do."`
}

// ListExchange is how the exchange with Resend's own list stands.
type ListExchange struct {
	State    string     `json:"state" enum:"new,on,failing,not_offered,refused,shared" doc:"new: not tried yet; not_offered: the account does not have the list; refused: the key may not read it; shared: several organisations use the account."`
	Problem  string     `json:"problem,omitempty" doc:"Why it does not go, and what to do."`
	Waiting  int        `json:"waiting" doc:"Suppressions that wait to be told."`
	LookedAt *time.Time `json:"looked_at,omitempty" doc:"When the list was read last."`
}

// Consent is an entry of the log of consent to marketing mail.
type Consent struct {
	ID          crm.ID[mail.Consent] `json:"id" format:"uuid"`
	Given       bool                 `json:"given" doc:"false: withdrawn."`
	Scope       string               `json:"scope" doc:"all_marketing, or category: and one category."`
	How         string               `json:"how" enum:"record,import,preferences,one_click,double_opt_in,person"`
	By          string               `json:"by"`
	Note        string               `json:"note,omitempty" doc:"The reason that a person gave."`
	CustomerID  *crm.CustomerID      `json:"customer_id,omitempty" format:"uuid"`
	AddressHash string               `json:"address_hash,omitempty" doc:"Names the address without telling it: the same for the same address of the organisation."`
	At          time.Time            `json:"at"`
}

type (
	suppressionFile struct {
		Preview bool   `query:"preview" doc:"true: say what would happen, and write nothing."`
		RawBody []byte `contentType:"text/csv"`
	}
	listExchangeAnswer struct{ Body ListExchange }
	consentQuery       struct {
		Paging
		CustomerID string `query:"customer_id" format:"uuid" doc:"Of this customer, and of the customer's address."`
		Address    string `query:"address" maxLength:"254" doc:"Of this address."`
	}
)

const aboutSuppressionImport = `The body is a file of at most 10 MiB and 100,000 lines in UTF-8, with commas, semicolons or tabs between cells.
Its first line names columns: address, which is needed, scope, reason and note; an export can be imported as it is.
A line that is wrong costs only itself, and a file can be imported again.`

func (t *table) suppressionExchange() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Mail"}
	}
	file := row("import-suppressions", http.MethodPost, suppressionImportPath, auth.MailSettings, "Import addresses that must not be written to from a CSV file")
	file.about, file.file = aboutSuppressionImport, csvType
	add(t, file, t.importSuppressions)
	add(t, row("get-suppression-exchange", http.MethodGet, "/suppressions/exchange", auth.MailView, "How the exchange with Resend's own list stands"), t.getListExchange)
	sync := row("sync-suppressions", http.MethodPost, "/suppressions/sync", auth.MailSettings, "Exchange suppressions with Resend's own list soon")
	sync.status, sync.about = http.StatusAccepted, "It is done every hour by itself. Where the account or the key did not allow it, it is tried again."
	add(t, sync, t.syncSuppressions)
	add(t, row("list-consents", http.MethodGet, "/mail/consents", auth.MailView, "List the log of consent to marketing mail, the newest first"), t.listConsents)
}

func (a *API) importSuppressions(ctx context.Context, in *suppressionFile) (*struct{ Body SuppressionImport }, error) {
	file := bytes.Clone(in.RawBody)
	if in.Preview {
		read, err := a.resend.CheckSuppressions(ctx, file)
		return &struct{ Body SuppressionImport }{showImport(resend.ImportReport{SuppressionSheet: read, SuppressionImport: mail.SuppressionImport{Lines: len(read.Good), Refused: len(read.Bad)}})}, err
	}
	r, err := a.resend.ImportSuppressions(ctx, "a file of a program", file, nil)
	return &struct{ Body SuppressionImport }{showImport(r)}, err
}

func showImport(r resend.ImportReport) SuppressionImport {
	out := SuppressionImport{Lines: r.Lines, Added: r.Added, Known: r.Known, Refused: r.Refused, Bad: []BadAddressLine{}}
	for _, l := range r.Bad {
		out.Bad = append(out.Bad, BadAddressLine{l.Line, l.Field, l.Problem})
	}
	return out
}

func (a *API) getListExchange(ctx context.Context, _ *struct{}) (*listExchangeAnswer, error) {
	l, err := a.resend.ListStanding(ctx)
	return &listExchangeAnswer{showListExchange(l)}, err
}

func (a *API) syncSuppressions(ctx context.Context, _ *struct{}) (*listExchangeAnswer, error) {
	if err := a.resend.AskExchange(ctx); err != nil {
		return nil, err
	}
	return a.getListExchange(ctx, nil)
}

func showListExchange(l resend.ListStanding) ListExchange {
	out := ListExchange{State: string(l.State), Problem: l.Problem, Waiting: l.Waiting, LookedAt: l.LookedAt}
	if l.State == mail.ExchangeNew {
		out.State = "new"
	}
	return out
}

func (a *API) listConsents(ctx context.Context, in *consentQuery) (*listed[Consent], error) {
	before, err := placeOf(in.After)
	if err != nil {
		return nil, err
	}
	f := mail.ConsentFilter{Address: in.Address, Before: crm.ID[mail.Consent]{UUID: before}, Limit: in.Limit + 1}
	read := a.resend.Consents
	if in.CustomerID != "" {
		id, err := crm.ParseID[crm.Customer](in.CustomerID)
		if err != nil {
			return nil, err
		}
		read = a.resend.ConsentsOf(id)
	}
	rows, err := read(ctx, f)
	if err != nil {
		return nil, err
	}
	rows, next := cut(rows, in.Limit, func(c mail.Consent) string { return c.ID.String() })
	return stretch(ctx, rows, next, func(c mail.Consent) Consent {
		return Consent{ID: c.ID, Given: c.Given, Scope: string(c.Scope), How: string(c.Way), By: c.By, Note: c.Note, CustomerID: c.Customer, AddressHash: c.AddressHash, At: c.At}
	}), nil
}
