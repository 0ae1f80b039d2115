package resendpages_test

import (
	"testing"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
)

// lived is a world in which mail was sent, and of which Resend told much.
type lived struct {
	*world
	clicked, scanned, bounced, complained, suppressed, cancelled, waiting mail.Message
}

func newLived(t *testing.T) *lived {
	t.Helper()
	return livedIn(newWorld(t))
}

func livedIn(w *world) *lived {
	w.Helper()
	w.setUp()
	l := &lived{world: w, clicked: w.write("jo@harbour.example"), bounced: w.write("gone@harbour.example"), complained: w.write("cross@harbour.example")}
	l.scanned = w.write("files@harbour.example", func(d *resend.Draft) {
		d.Attachments = []resendapi.Attachment{{Filename: "INV-00001.pdf", Content: []byte("%PDF-1.7")}}
	})
	w.sim.Plan(resendsim.Plan{To: l.bounced.Recipient, Fate: resendsim.FateBounced})
	w.push()
	w.listen()
	w.must(w.sim.Open(w.now(l.clicked.ID).RemoteID))
	w.must(w.sim.Click(w.now(l.clicked.ID).RemoteID, ""))
	_, err := w.sim.Scan(w.now(l.scanned.ID).RemoteID)
	w.must(err)
	w.must(w.sim.Complain(w.now(l.complained.ID).RemoteID))
	w.listen()
	l.suppressed = w.write(l.bounced.Recipient)
	l.cancelled, l.waiting = w.write("never@harbour.example"), w.write("soon@harbour.example")
	w.must(w.resend.Cancel(w.ctx, l.cancelled.ID))
	return l
}
