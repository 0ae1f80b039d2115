package xerosim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// saved is the state as it is kept in Options.File.
type saved struct {
	Identity identity            `json:"identity"`
	Owners   []string            `json:"owners"` // clients of Identity.Connections, in the same order
	Webhook  savedHook           `json:"webhook"`
	Books    map[string]savedOrg `json:"books"`
}

type savedHook struct {
	Waiting []hookEvent `json:"waiting"`
	Taken   int         `json:"taken"`
}

type savedOrg struct {
	Contacts          []*Contact               `json:"contacts"`
	Invoices          []*Invoice               `json:"invoices"`
	CreditNotes       []*CreditNote            `json:"creditNotes"`
	Payments          []*Payment               `json:"payments"`
	Advances          []*Advance               `json:"advances"`
	History           map[string][]historyNote `json:"history"`
	NextInvoice       int                      `json:"nextInvoice"`
	NextNote          int                      `json:"nextNote"`
	PeriodLockDate    string                   `json:"periodLockDate"`
	EndOfYearLockDate string                   `json:"endOfYearLockDate"`
	Class             string                   `json:"class"`
	EmailsPerDay      int                      `json:"emailsPerDay"`
	CreatedAt         time.Time                `json:"createdAt"`
}

// load reads the file, when there is one; a problem is kept for Run.
func (s *Server) load() {
	if s.opts.File == "" {
		return
	}
	raw, err := os.ReadFile(s.opts.File)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	var state saved
	if err == nil {
		err = json.Unmarshal(raw, &state)
	}
	if err != nil {
		s.loadErr = fmt.Errorf("read the Xero simulator's file %s (move it away to start afresh): %w", s.opts.File, err)
		s.opts.Log.Error("xero simulator: state not loaded", "error", s.loadErr)
		return
	}
	s.restore(state)
}

func (s *Server) restore(state saved) {
	fresh := newIdentity()
	if state.Identity.Codes != nil {
		fresh.Codes = state.Identity.Codes
	}
	if state.Identity.Access != nil {
		fresh.Access = state.Identity.Access
	}
	if state.Identity.Refresh != nil {
		fresh.Refresh = state.Identity.Refresh
	}
	for i, c := range state.Identity.Connections {
		if i < len(state.Owners) {
			c.Client = state.Owners[i]
			fresh.Connections = append(fresh.Connections, c)
		}
	}
	s.identity = fresh
	s.hooks.waiting, s.hooks.taken = state.Webhook.Waiting, state.Webhook.Taken
	for tenant, org := range state.Books {
		b := s.tenants[tenant]
		if b == nil {
			continue // an organisation that is no longer configured
		}
		b.restore(org)
	}
}

func (b *books) restore(org savedOrg) {
	b.nextInvoice, b.nextNote = max(1, org.NextInvoice), max(1, org.NextNote)
	b.org.PeriodLockDate, b.org.EndOfYearLockDate, b.org.CreatedAt = org.PeriodLockDate, org.EndOfYearLockDate, org.CreatedAt
	if org.Class != "" {
		b.org.Class, b.org.EmailsPerDay = org.Class, org.EmailsPerDay
	}
	if org.History != nil {
		b.history = org.History
	}
	for _, row := range org.Contacts {
		b.swapContact(row.ContactID, row)
	}
	for _, row := range org.Invoices {
		b.swapInvoice(row.InvoiceID, row)
	}
	for _, row := range org.CreditNotes {
		b.swapNote(row.CreditNoteID, row)
	}
	for _, row := range org.Advances {
		b.swapAdvance(row.ID(), row)
	}
	for _, row := range org.Payments {
		b.swapPayment(row.PaymentID, row)
	}
}

func (s *Server) snapshot() saved {
	state := saved{Identity: s.identity, Webhook: savedHook{s.hooks.waiting, s.hooks.taken}, Books: map[string]savedOrg{}}
	for _, c := range s.identity.Connections {
		state.Owners = append(state.Owners, c.Client)
	}
	for tenant, b := range s.tenants {
		org := savedOrg{History: b.history, NextInvoice: b.nextInvoice, NextNote: b.nextNote,
			PeriodLockDate: b.org.PeriodLockDate, EndOfYearLockDate: b.org.EndOfYearLockDate, Class: b.org.Class, EmailsPerDay: b.org.EmailsPerDay, CreatedAt: b.org.CreatedAt}
		b.contacts.all(func(row *Contact) { org.Contacts = append(org.Contacts, row) })
		b.invoices.all(func(row *Invoice) { org.Invoices = append(org.Invoices, row) })
		b.notes.all(func(row *CreditNote) { org.CreditNotes = append(org.CreditNotes, row) })
		b.payments.all(func(row *Payment) { org.Payments = append(org.Payments, row) })
		b.advances.all(func(row *Advance) { org.Advances = append(org.Advances, row) })
		state.Books[tenant] = org
	}
	return state
}

// saveUntil saves a second after the first of several changes, until ctx ends.
func (s *Server) saveUntil(ctx context.Context) {
	if s.opts.File == "" {
		<-ctx.Done()
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.changed:
		}
		if err := s.opts.Wait(ctx, time.Second); err != nil {
			return
		}
		if err := s.save(); err != nil {
			s.opts.Log.Error("xero simulator: state not saved", "error", err)
		}
	}
}

// save writes the state beside the file and then puts it in its place; only the owner may read it, because
// it holds tokens.
func (s *Server) save() error {
	if s.opts.File == "" || s.loadErr != nil {
		return nil
	}
	s.mu.Lock()
	if !s.dirty {
		s.mu.Unlock()
		return nil
	}
	raw, err := json.Marshal(s.snapshot())
	s.dirty = false
	s.mu.Unlock()
	if err == nil {
		err = replaceFile(s.opts.File, raw)
	}
	if err != nil {
		s.mu.Lock()
		s.dirty = true
		s.mu.Unlock()
		return fmt.Errorf("save the Xero simulator's state: %w", err)
	}
	return nil
}

func replaceFile(path string, content []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("make a temporary file: %w", err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // gone already when all went well
	_, err = temporary.Write(content)
	if err == nil {
		err = temporary.Sync()
	}
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", temporary.Name(), err)
	}
	if err := os.Rename(temporary.Name(), path); err != nil {
		return fmt.Errorf("replace %s: %w", path, err)
	}
	return nil
}
