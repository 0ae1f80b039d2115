package xerosim

import (
	"encoding/json"
	"net/http"
)

func (c *call) listNotes() answer {
	q, err := c.readQuery()
	if err != nil {
		return badQuery(err)
	}
	list := collect(&c.books.notes, q, c.books.noteRow)
	views := make([]CreditNote, len(list.rows))
	for i, row := range list.rows {
		views[i] = c.books.noteView(row, q.paged, c.rules.fourDecimals)
	}
	return c.listEnvelope(list.pagination, field{"CreditNotes", views})
}

// note finds by id or by number.
func (b *books) note(key string) *CreditNote {
	if row := b.notes.rows[key]; row != nil {
		return row
	}
	if id, ok := b.noteNumbers.other(key, ""); ok {
		return b.notes.rows[id]
	}
	return nil
}

func (c *call) getNote() answer {
	row := c.books.note(c.r.PathValue("id"))
	if row == nil {
		return notFound()
	}
	if c.wantsPDF() {
		return pdfAnswer(c.books.notePDF(row))
	}
	return c.envelope(http.StatusOK, field{"CreditNotes", []CreditNote{c.books.noteView(row, true, c.rules.fourDecimals)}})
}

func (c *call) writeNotes() answer {
	update := c.r.Method == http.MethodPost
	return c.writeEach("CreditNotes", func(ch *change, raw json.RawMessage) (any, []string) {
		row, problems := ch.saveNote(raw, update)
		if len(problems) > 0 {
			return nil, problems
		}
		view := ch.b.noteView(row, true, ch.rules.fourDecimals)
		view.StatusAttributeString = "OK"
		return view, nil
	})
}
