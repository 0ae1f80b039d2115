package crmpages

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
)

// MailInfo tells which mail was written about a record.
type MailInfo interface {
	// RecordMails are the latest mails about a record, or to a customer, the
	// newest first, and no more of them than most.
	RecordMails(ctx context.Context, kind crm.RecordKind, id uuid.UUID, most int) ([]RecordMail, error)
}

// RecordMail is one mail about a record.
type RecordMail struct {
	URL       string // of its page
	Subject   string
	Recipient string
	State     mail.State
	At        time.Time
}

// mails is what a page shows of the mail about its record.
type mails struct {
	shown bool // there is somebody to ask, and the reader may know
	rows  []RecordMail
	all   string // address of all of them, if there are more
}

// recentMails is how many mails a record's page shows.
const recentMails = 5

// mailsOf asks for the mail about a record.
func (p *Pages) mailsOf(r *http.Request, kind crm.RecordKind, id uuid.UUID) (mails, error) {
	me, _ := auth.From(r.Context())
	if p.mail == nil || !me.Can(auth.MailView) {
		return mails{}, nil
	}
	rows, err := p.mail.RecordMails(r.Context(), kind, id, recentMails+1)
	out := mails{shown: true, rows: rows}
	if len(rows) > recentMails {
		out.rows = rows[:recentMails]
		if kind == crm.CustomerRecord {
			out.all = "/mail?customer=" + id.String()
		}
	}
	return out, err
}
